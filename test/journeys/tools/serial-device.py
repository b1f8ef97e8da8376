"""A device on a pseudo-terminal: serial-device.py <link> <packets a second>.

Waits until its port is opened. Then each line `<x> <count>` on stdin has it send so many packets `seq,time,x,y` of
that x and y = -x, and say `sent <seq>` for each. SIGTERM or the end of stdin unplugs it.
"""
import os, select, signal, sys, time, tty

link, rate = sys.argv[1], float(sys.argv[2])
signal.signal(signal.SIGTERM, lambda *_: (os.unlink(link), os._exit(0)))
master, slave = os.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), link + '.new')
os.rename(link + '.new', link)
os.close(slave)
print('ready', flush=True)
reader = select.poll()
reader.register(master, 0)
while reader.poll(0):
    time.sleep(0.02)
print('opened', flush=True)
seq = 0
for line in iter(sys.stdin.readline, ''):
    x, count = float(line.split()[0]), int(line.split()[1])
    began = time.monotonic()
    for sent in range(count):
        os.write(master, f'{seq},{seq / rate:.6f},{x:g},{-x:g}\n'.encode())
        print(f'sent {seq}', flush=True)
        seq += 1
        left = began + (sent + 1) / rate - time.monotonic()
        if left > 0:
            time.sleep(left)
os.unlink(link)
