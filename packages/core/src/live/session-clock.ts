/** The shared clock of a session: seconds since it was made. It never goes back, whatever the computer's date does. */
export function sessionClock(): () => number {
  const origin = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - origin) / 1e9;
}
