/** What must hold. */
const LEAST_AUROC = 0.95;
const MOST_LOST = 0.05;
const MOST_DELAY = 1000;
const MOST_FALSE_ALARMS = 1;
const LEAST_HOURS = 5;
const FACTOR = 2;

/**
 * What the recipe comes to.
 * @param {Record<string, { value: number, low: number, high: number, n: number }>} values of the evaluation
 * @param {ReturnType<typeof import('./watch.mjs').alarmsOf>} watched
 * @param {{ inputs: readonly string[], calibrated: number }} asked `calibrated`: share of normal windows that may be called anomalous
 */
export function summarise(values, watched, { inputs, calibrated }) {
  const auroc = values['auroc/watch'];
  const missingOne = Object.fromEntries(
    inputs.map((input) => {
      const without = values[`auroc/watch/without/${input}`];
      return [input, { auroc: without.value, lost: auroc.value - without.value }];
    }),
  );
  const alone = Object.fromEntries(inputs.map((input) => [input, values[`auroc/watch/alone/${input}`]]));
  const best = inputs.reduce((one, other) => (alone[other].value > alone[one].value ? other : one));
  const lead = { best, alone: alone[best].value, gain: auroc.value - alone[best].value };
  const verdict =
    auroc.low > alone[best].value ? 'better' : auroc.high < alone[best].value ? 'worse' : 'equal within its interval';
  const measured = watched.anomalousWindows / watched.normalWindows;
  const { hours, alarmDelayMs, falseAlarmsPerHour } = watched;
  return {
    simulated: 'every number is of a simulated machine; none was measured on a real one',
    holds: {
      auroc: auroc.value >= LEAST_AUROC,
      missingOne: Object.values(missingOne).every(({ lost }) => lost <= MOST_LOST),
      fused: verdict !== 'worse',
      alarmDelayMs: alarmDelayMs !== null && alarmDelayMs <= MOST_DELAY,
      falseAlarmsPerHour: hours >= LEAST_HOURS && falseAlarmsPerHour <= MOST_FALSE_ALARMS,
      calibrated: measured <= FACTOR * calibrated && measured >= calibrated / FACTOR,
    },
    auroc,
    missingOne,
    alone,
    fused: { ...lead, verdict },
    alarmDelayMs,
    falseAlarmsPerHour,
    hours,
    faults: { watched: watched.faults, found: watched.found },
    calibratedRate: { asked: calibrated, measured, windows: watched.normalWindows },
  };
}
