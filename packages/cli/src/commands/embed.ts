import { join, resolve } from 'node:path';
import type { EmbeddedFolder } from '@modalkit/core';
import { consoleReporter } from '../console-reporter.js';
import { openTrained, type TrainedFlags } from '../open-trained.js';
import { createOutput } from '../output.js';
import { stopOnSignals } from '../signals.js';

export interface EmbedFlags extends TrainedFlags {
  readonly input?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `modalkit embed`. */
export async function embed(folder: string, flags: EmbedFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'ending this batch');
  const run = await openTrained(flags, output);
  const reporter = consoleReporter(output);
  const out = resolve(flags.out ?? join(run.folder, 'embedded'));
  try {
    const embedded = await run.embedFolder(folder, { out, input: flags.input, reporters: [reporter], signal });
    output.say(summary(embedded));
    output.say(`Search them: modalkit query <words or a file> --run ${run.folder} --index ${out}`);
    output.result({ folder: resolve(folder), ...embedded, run: run.folder });
  } finally {
    await reporter.close?.();
    await run.dispose();
  }
}

function summary({ embedded, passedOver, quarantined, step, out }: EmbeddedFolder): string {
  const files = Object.entries(embedded).map(([input, count]) => `${count} of ${input}`);
  const others = `${passedOver.length} that no input takes, ${quarantined.length} that can't be read`;
  return `Embedded files by step ${step} into ${out}: ${files.join(', ')}; passed over ${others}.`;
}
