import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { version } from '../package.json';
import { sensorAdapter } from './sensor-adapter.js';
import { parseSensorOptions, type SensorOptions } from './sensor-options.js';

/**
 * Sensor recordings (CSV, JSON lines, Parquet) and live sensors as an input: channels of any rate on one clock, one token a
 * window.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const sensor = definePlugin((options: SensorOptions) => {
  const parsed = parseSensorOptions(options);
  return {
    id: '@modalkit/sensor',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(ADAPTER, () => sensorAdapter(parsed)),
  };
});
