# Build rules shared by every library in the tree.

add_library(wh_flags INTERFACE)
target_include_directories(wh_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(wh_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wcast-qual -Wundef
  -Wswitch-enum -Wpointer-arith -Wwrite-strings
  $<$<C_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  $<$<C_COMPILER_ID:GNU>:-Wno-format-truncation> # snprintf is used where a text may be cut
  -ffp-contract=off) # the same bits on every machine
if(WH_WERROR)
  target_compile_options(wh_flags INTERFACE -Werror)
endif()
if(WH_FUZZ) # coverage in every library, not only in the target
  target_compile_options(wh_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(WH_SANITIZE)
  target_compile_options(wh_flags INTERFACE
    -fsanitize=${WH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(wh_flags INTERFACE -fsanitize=${WH_SANITIZE})
endif()

# wh_portable_library(<name> SOURCES ... DEPS ...)
# A library that may run on the meter: no heap, no OS, no stdio, bounded stack.
function(wh_portable_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${A_DEPS} PRIVATE $<BUILD_INTERFACE:wh_flags>)
  # -fno-math-errno: a square root is one instruction, not a call into libm
  target_compile_options(${name} PRIVATE -ffunction-sections -fdata-sections -fno-math-errno)
  if(NOT WH_SANITIZE) # sanitizers inflate frames
    target_compile_options(${name} PRIVATE -Wframe-larger-than=512)
  endif()
  set_property(GLOBAL APPEND PROPERTY WH_PORTABLE ${name})
endfunction()

# wh_hosted_library(<name> SOURCES ... DEPS ...)
# A library of a Linux product: C17, POSIX, heap allowed.
function(wh_hosted_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  set_target_properties(${name} PROPERTIES C_STANDARD 17)
  target_compile_definitions(${name} PRIVATE _POSIX_C_SOURCE=200809L)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${A_DEPS} PRIVATE $<BUILD_INTERFACE:wh_flags>)
endfunction()

# wh_program(<name> SOURCES ... DEPS ...)
function(wh_program name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES C_STANDARD 17 RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  target_compile_definitions(${name} PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(${name} PRIVATE ${A_DEPS} wh_flags)
endfunction()

# wh_test(<name> <source> <libs...>): a cmocka test, labelled unit.
function(wh_test name source)
  add_executable(${name} ${source})
  target_compile_definitions(${name} PRIVATE _POSIX_C_SOURCE=200809L
    WH_SHARED_DIR="${PROJECT_SOURCE_DIR}/../shared" WH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARGN} wh_flags PkgConfig::CMOCKA)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# wh_fuzz(<name> <libs...>): one target, two drivers. Without WH_FUZZ the corpus is
# replayed by a plain main() in ctest; with WH_FUZZ (clang) libFuzzer drives it.
function(wh_fuzz name)
  add_executable(fuzz_${name} ${PROJECT_SOURCE_DIR}/fuzz/fuzz_${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN} wh_flags)
  if(WH_FUZZ)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/replay_main.c)
    target_compile_definitions(fuzz_${name} PRIVATE _POSIX_C_SOURCE=200809L)
    add_test(NAME fuzz_replay_${name} COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
    set_tests_properties(fuzz_replay_${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()
