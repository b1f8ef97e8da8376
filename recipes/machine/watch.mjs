import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Seconds of a window, and for which the level must be high before there is an alarm. */
export const WINDOW = 0.5;
/** Seconds after a fault in which an alarm may still be about it: the housing shakes on, and a window ends. */
const AFTER = 2;

/**
 * @typedef {{ start: number, end: number, fault: string }} Wrong
 * @typedef {{ seconds: number, wrong: readonly Wrong[], raised: readonly number[], windows: readonly { start: number, anomalous: boolean }[] }} Watched
 */

/**
 * Replays a session as fast as it goes through `modalkit live --alarm jsonl`.
 * @param {{ bin: string, run: string, session: string, alarms: string, raise: number, clear: number }} parts
 * @returns {Promise<Pick<Watched, 'raised' | 'windows'>>} seconds at which alarms were raised, and what was said of each moment
 */
export async function watch({ bin, run, session, alarms, raise, clear }) {
  const levels = ['--raise', String(raise), '--clear', String(clear), '--min-duration', String(WINDOW)];
  const rule = ['--alarm', 'jsonl', '--alarms', alarms, '--watch', 'watch', ...levels, '--keep', '0'];
  const args = [bin, 'live', '--run', run, '--from', session, '--speed', 'max', '--json', ...rule];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => child.kill();
  process.once('exit', stop);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint = (complaint + text).slice(-2000);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const moments = new Map();
  // Second of the session at which the recording begins: that of the first window.
  let origin;
  for await (const line of createInterface({ input: child.stdout })) {
    const { kind, time, classes } = JSON.parse(line);
    // The last that is said of a moment knows all of its windows.
    if (kind !== 'result') continue;
    origin ??= time[0];
    const said = classes.find(({ head }) => head === 'watch');
    if (said) moments.set(WINDOW * Math.round((time[0] - origin) / WINDOW), said.name === 'anomalous');
  }
  const code = await ended;
  process.off('exit', stop);
  if (code !== 0) throw new Error(`machine: modalkit live has failed: ${complaint.trim()}`);
  const lines = (await readFile(join(alarms, 'alarms.jsonl'), 'utf8')).trimEnd().split('\n');
  const raised = lines
    .map((line) => JSON.parse(line))
    .flatMap(({ kind, seconds }) => (kind === 'begin' ? [seconds[1] - origin] : []));
  return { raised, windows: [...moments].map(([start, anomalous]) => ({ start, anomalous })) };
}

/**
 * Of each fault how long its alarm took, and how often there was an alarm without one.
 * @param {readonly Watched[]} sessions
 */
export function alarmsOf(sessions) {
  const faults = sessions.flatMap(({ wrong, raised }) =>
    wrong.map(({ fault, start, end }) => {
      const first = raised.find((second) => second >= start && second <= end + AFTER);
      return { fault, delayMs: first === undefined ? undefined : Math.round(1000 * (first - start)) };
    }),
  );
  const near = (second, { start, end }) => second >= start && second <= end + AFTER;
  const falseAlarms = sessions.flatMap(({ raised, wrong }) =>
    raised.filter((second) => !wrong.some((each) => near(second, each))),
  ).length;
  const fine = sessions.flatMap(({ windows, wrong }) =>
    windows.filter(({ start }) => !wrong.some((each) => near(start, each) || near(start + WINDOW, each))),
  );
  const hours = sessions.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const delays = faults.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs])).sort((a, b) => a - b);
  return {
    hours,
    faults: faults.length,
    found: delays.length,
    alarmDelayMs: delays.length > 0 ? delays[Math.floor(delays.length / 2)] : null,
    falseAlarms,
    falseAlarmsPerHour: falseAlarms / hours,
    anomalousWindows: fine.filter(({ anomalous }) => anomalous).length,
    normalWindows: fine.length,
  };
}
