"""A sensor on a pseudo-terminal, by code that shares nothing with the reader: frames by zlib's CRC-32 and a COBS of its own.

usage: device.py LINK PLAN     PLAN is JSON: packets, rate, hangups, half, flipped, garbage, endless (shares or counts), seed
With LINK "-" the bytes go to stdout, without hang-ups. When all is sent, one JSON line tells what was: on stdout, or on
stderr where stdout has the bytes. It then waits until stdin ends, so that what was sent can be read.
"""

import json
import os
import pty
import random
import select
import struct
import sys
import time
import tty
import zlib


def cobs(data):
    out, block = bytearray(), bytearray()
    for byte in data:
        if byte:
            block.append(byte)
        if not byte or len(block) == 254:
            out.append(len(block) + 1)
            out += block
            block = bytearray()
    return bytes(out) + bytes([len(block) + 1]) + bytes(block)


def frame(sequence, seconds):
    values = [float((sequence * (channel + 1)) % 1000) for channel in range(8)]
    body = struct.pack('<IqI8f', sequence, int(seconds * 1e6), 0xFF, *values)
    return cobs(body + struct.pack('<I', zlib.crc32(body)))


class Line:
    """The device's end of a pseudo-terminal, as a link that comes and goes."""

    def __init__(self, link):
        self.link = link
        self.ready = []
        self.open()

    def open(self):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        name = os.ttyname(slave)
        os.close(slave)  # from now on the master sees whether a reader is there
        os.symlink(name, self.link + '.new')
        os.rename(self.link + '.new', self.link)
        self.ready.append(time.time())
        poll = select.poll()
        poll.register(self.master, select.POLLHUP)
        while poll.poll(0):
            time.sleep(0.005)
        time.sleep(0.05)  # the reader sets the line up, which may discard what waits

    def hang_up(self, seconds):
        os.remove(self.link)
        os.close(self.master)
        time.sleep(seconds)
        self.open()

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.master, view):]


class Stdout:
    ready = []

    def write(self, data):
        sys.stdout.buffer.write(data)


def main(link, plan):
    chance = random.Random(plan['seed'])
    line = Stdout() if link == '-' else Line(link)
    packets, rate = plan['packets'], plan['rate']
    hang_ups = {int((turn + 1) * packets / (plan['hangups'] + 1)) for turn in range(plan['hangups'])} if link != '-' else set()
    endless = {int((turn + 0.5) * packets / plan['endless']) for turn in range(plan['endless'])}
    damaged, start, bytes_sent = [], time.monotonic(), 0
    waiting = bytearray()
    off = 0.0
    for sequence in range(packets):
        if sequence in hang_ups:
            line.write(waiting)
            waiting = bytearray()
            before = time.monotonic()
            line.hang_up(0.2 + 0.3 * chance.random())
            off += time.monotonic() - before
        data = frame(sequence, sequence / rate + off)
        kind = chance.random()
        last = sequence in (0, packets - 1)
        if not last and kind < plan['half']:
            data = data[: 1 + chance.randrange(len(data) - 2)]
            damaged.append(sequence)
        elif not last and kind < plan['half'] + plan['flipped']:
            at = 1 + chance.randrange(len(data) - 1)
            data = data[:at] + bytes([data[at] ^ 1 if data[at] ^ 1 else data[at] ^ 2]) + data[at + 1:]
            damaged.append(sequence)
        if chance.random() < plan['garbage']:
            waiting += bytes([0]) + chance.randbytes(chance.randrange(1, 400))
        if sequence in endless:
            waiting += bytes([0]) + b'U' * 200_000
        waiting += bytes([0]) + data + bytes([0])
        bytes_sent += len(waiting) if sequence % 64 == 63 or last else 0
        if sequence % 64 == 63 or last:
            line.write(waiting)
            waiting = bytearray()
            ahead = start + off + sequence / rate - time.monotonic()
            if ahead > 0 and link != '-':
                time.sleep(ahead)
    told = {'packets': packets, 'damaged': damaged, 'hangups': len(hang_ups), 'ready': line.ready, 'bytes': bytes_sent}
    print(json.dumps(told), file=sys.stderr if link == '-' else sys.stdout, flush=True)
    if link != '-':
        sys.stdin.read()


main(sys.argv[1], json.loads(sys.argv[2]))
