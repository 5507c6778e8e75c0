"""Holds every thread of a process as a debugger does, until standard input ends: freeze.py PID.

A hang that no signal shows: the process is alive, in state t and not T, and computes nothing. Linux only.
"""
import ctypes
import os
import sys

SEIZE, INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4

process = int(sys.argv[1])
for thread in map(int, os.listdir("/proc/%d/task" % process)):
    if libc.ptrace(SEIZE, thread, 0, 0) or libc.ptrace(INTERRUPT, thread, 0, 0):
        sys.exit("thread %d: %s" % (thread, os.strerror(ctypes.get_errno())))
    os.waitpid(thread, WALL)
print("FROZEN", flush=True)
sys.stdin.read()
