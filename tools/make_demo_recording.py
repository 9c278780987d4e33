#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write demo/noon.csv: ten cycles of a house at noon, made from a formula, with the true values.

usage: make_demo_recording.py >demo/noon.csv

L1 feeds lamps and power supplies (odd harmonics), L2 a kettle (a resistor), L3 takes what the
roof yields and the house does not use. Each voltage carries 3 % of fifth harmonic.
"""
import math

FS_HZ = 3200
F_HZ = 50.02
COUNT = 640
U_V = (230.0, 231.5, 228.9)  # fundamental, rms
FIFTH = 0.03
KETTLE_OHM = 26.45
# (harmonic, A rms, degrees behind the voltage)
L1 = ((1, 1.2, 20.0), (3, 0.8, 170.0), (5, 0.45, -25.0))
L3 = ((1, 6.5, 183.0), (5, 0.05, 0.0))


def wave(terms, turns):
    return math.sqrt(2) * sum(size * math.sin(2 * math.pi * (n * turns - degrees / 360))
                              for n, size, degrees in terms)


def row(j):
    turns = [F_HZ * j / FS_HZ - k / 3 for k in range(3)]
    u = [wave(((1, U_V[k], 0), (5, FIFTH * U_V[k], 0)), turns[k]) for k in range(3)]
    return u + [wave(L1, turns[0]), u[1] / KETTLE_OHM, wave(L3, turns[2])]


def true_active_w():
    fifth_l1 = U_V[0] * FIFTH * L1[2][1] * math.cos(math.radians(L1[2][2]))
    fifth_l3 = U_V[2] * FIFTH * L3[1][1] * math.cos(math.radians(L3[1][2]))
    return (U_V[0] * L1[0][1] * math.cos(math.radians(L1[0][2])) + fifth_l1,
            U_V[1] ** 2 * (1 + FIFTH ** 2) / KETTLE_OHM,
            U_V[2] * L3[0][1] * math.cos(math.radians(L3[0][2])) + fifth_l3)


def main():
    print("# A house at noon, made by tools/make_demo_recording.py, not recorded.")
    print(f"# fs_hz={FS_HZ}")
    print("# f_nom_hz=50")
    print("# pairs=U1/I1;U2/I2;U3/I3")
    print(f"# true_f_hz={F_HZ}")
    for k, power in enumerate(true_active_w()):
        print(f"# true_p{k + 1}_w={power:.4f}")
    print("U1,U2,U3,I1,I2,I3")
    for j in range(COUNT):
        print(",".join(f"{value:.6g}" for value in row(j)))


if __name__ == "__main__":
    main()
