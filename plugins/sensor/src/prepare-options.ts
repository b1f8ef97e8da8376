import type { ParsedSensorOptions } from './sensor-options.js';

/** The options that recordings are read and statistics learnt by. */
export type ReadOptions = Pick<ParsedSensorOptions, 'channels' | 'time' | 'nan' | 'delimiter'>;

/** Those and the options that windows are cut by: what is cached is kept while they stay the same. */
export type PrepareOptions = ReadOptions &
  Pick<ParsedSensorOptions, 'rate' | 'gap' | 'window' | 'windowPoints' | 'stridePoints' | 'coverage' | 'maxTokens'> & {
    /** Where spectra are standardised by what the training split has. */
    readonly spectrum?: { readonly frame: number; readonly hop: number };
  };

export function prepareOptions(options: ParsedSensorOptions): PrepareOptions {
  const { channels, time, nan, delimiter, rate, gap, window, windowPoints, stridePoints, coverage, maxTokens } =
    options;
  const spectrum = options.encoder === 'spectrum' && { frame: options.frame, hop: options.hop };
  return {
    ...{ channels, time, nan, delimiter, rate, gap, window, windowPoints, stridePoints, coverage, maxTokens },
    ...(spectrum && { spectrum }),
  };
}
