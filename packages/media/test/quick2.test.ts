import { test } from 'vitest';
import { spawn, execFileSync } from 'node:child_process';
import * as media from '../src/index.js';
const now = () => performance.now() / 1000;
test('quick', async () => {
  const stop = new AbortController();
  const s = media.openAudioDevice({ kind: 'test', address: 'sine=frequency=440:duration=1' }, { sampleRate: 16000, signal: stop.signal, now });
  for await (const b of s) console.log(b.time.toFixed(3), b.arrived.toFixed(3), b.samples.length);
  console.log(s.counters());
  const f = media.openFrameDevice({ kind: 'test', address: 'testsrc=size=64x48:rate=25' }, { width: 8, height: 8, fit: 'crop', channels: 1, fps: 5, signal: stop.signal, now });
  let n = 0;
  for await (const b of f) { console.log(b.time.toFixed(3), b.arrived.toFixed(3), b.pixels.length); if (++n === 8) break; }
  console.log(f.counters());
  try { for await (const _ of media.openAudioDevice({ kind: 'microphone', address: 'default' }, { sampleRate: 16000, signal: stop.signal, now })); } catch (e) { console.log((e as Error).message); }
  try { for await (const _ of media.openFrameDevice({ kind: 'camera', address: '/dev/video0' }, { width: 8, height: 8, fit: 'crop', channels: 1, fps: 5, sampleRate: 16000, signal: stop.signal, now })); } catch (e) { console.log((e as Error).message); }
  n = 0;
  const null_ = media.openAudioDevice({ kind: 'microphone', address: 'null' }, { sampleRate: 16000, signal: stop.signal, now });
  try { for await (const b of null_) { if (++n % 10 == 0) console.log(b.time.toFixed(3), b.arrived.toFixed(3), b.samples.length); if (n === 60) break; } } catch (e) { console.log((e as Error).message); }
  console.log(null_.counters());
  const srv = spawn('node', ['/tmp/mtrial/rtsp.mjs'], { stdio: 'ignore' });
  await new Promise(r => setTimeout(r, 3000));
  const r = media.openFrameDevice({ kind: 'rtsp', address: 'rtsp://127.0.0.1:8999/x' }, { width: 8, height: 8, fit: 'crop', channels: 1, fps: 20, signal: stop.signal, now, notice: console.log });
  n = 0;
  for await (const b of r) { console.log(b.time.toFixed(3), b.arrived.toFixed(3), b.pixels.length, b.gap); if (++n === 8) srv.kill(); if (n === 16) break; }
  console.log(r.counters());
});
