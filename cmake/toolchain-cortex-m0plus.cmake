include(${CMAKE_CURRENT_LIST_DIR}/toolchain-cortex-m4.cmake)
set(CMAKE_SYSTEM_PROCESSOR armv6-m)
set(CMAKE_C_FLAGS_INIT "-mcpu=cortex-m0plus -mthumb -mfloat-abi=soft -ffreestanding -fstack-usage")
