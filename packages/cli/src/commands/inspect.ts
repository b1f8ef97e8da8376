import { type InspectedInput, type InspectedLook, type Inspection, inspectFresh, loadProject } from '@modalkit/core';
import { findConfig } from '../find-project.js';
import { heatLines } from '../heat-lines.js';
import { type BackendFlags, openBackend } from '../open-backend.js';
import { openTrained } from '../open-trained.js';
import { createOutput, type Output } from '../output.js';

export interface InspectFlags extends BackendFlags {
  readonly id?: string;
  readonly fused?: boolean;
  readonly run?: string;
  readonly json?: boolean;
}

/** `modalkit inspect`. */
export async function inspect(project: string, flags: InspectFlags): Promise<void> {
  const output = createOutput(flags.json);
  const { inspection, dispose } = await inspected(project, flags, output);
  output.say(`Sample ${inspection.id}`);
  for (const [name, input] of Object.entries(inspection.inputs))
    for (const line of describeInput(name, input)) output.say(line);
  for (const [name, look] of Object.entries(inspection.looks))
    for (const line of describeLook(name, look)) output.say(line);
  if (inspection.fused) for (const line of describeFused(inspection.fused)) output.say(line);
  output.result(inspection);
  await dispose();
}

/** By the weights of a run, or by fresh ones. */
async function inspected(
  project: string,
  { id, fused, ...flags }: InspectFlags,
  output: Output,
): Promise<{ inspection: Inspection; dispose(): Promise<void> }> {
  if (flags.run !== undefined) {
    const run = await openTrained({ ...flags, project }, output);
    return { inspection: await run.inspect({ id, fused }), dispose: () => run.dispose() };
  }
  const runtime = await loadProject(await findConfig(project));
  const backend = await openBackend(output, flags);
  return {
    inspection: await inspectFresh({ runtime, backend }, { id, fused }),
    dispose: () => runtime.dispose(),
  };
}

function describeInput(name: string, input: InspectedInput): string[] {
  if (!input.present) return [`${name} (${input.plugin}): absent`];
  const stages = input.stages.map(
    ({ stage, milliseconds, bytes }) => `${stage} ${milliseconds.toFixed(1)} ms ${(bytes / 1024).toFixed(1)} KiB`,
  );
  return [
    `${name} (${input.plugin}): ${shownPreview(input)}`,
    `  tokens     [${input.tokens}] encoded, [${input.aligned}] aligned`,
    `  validity   ${strip(input.valid)}`,
    ...Object.entries(input.position).map(([kind, values]) => `  ${kind.padEnd(10)} ${shortened(values)}`),
    `  stages     ${stages.join(', ')}`,
  ];
}

function shownPreview({ preview }: InspectedInput): string {
  if (preview?.kind === 'words') return JSON.stringify(preview.text.slice(0, 120));
  if (preview?.kind === 'picture') return `picture ${preview.width} x ${preview.height}`;
  return preview?.kind ?? 'no preview';
}

/** `11110000`: 1 a valid token, 0 padding; runs are counted when there are many. */
function strip(valid: readonly number[]): string {
  const count = valid.filter(Boolean).length;
  const text = valid.length <= 80 ? valid.map((value) => (value ? '1' : '0')).join('') : '…';
  return `${text} (${count} of ${valid.length} valid)`;
}

function shortened(values: InspectedInput['position'][string]): string {
  const text = values
    .slice(0, 4)
    .map((value) => (Array.isArray(value) ? `[${value.map((part) => Number(part.toFixed(3)))}]` : value));
  return `${text.join(' ')}${values.length > 4 ? ' …' : ''}`;
}

function describeLook(name: string, look: InspectedLook): string[] {
  const numbers = (values: readonly number[]) => `[${values.map((value) => value.toFixed(2)).join(', ')}]`;
  const { point, box } = look;
  return [
    `head ${name}: looks most at ${numbers(point)}, box ${numbers(box)}, in 0..1 to the right and down`,
    ...heatLines(look).map((line) => `  |${line}|`),
  ];
}

function describeFused({ length, width, spans }: NonNullable<Inspection['fused']>): string[] {
  const sorted = Object.entries(spans).sort(([, a], [, b]) => a.start - b.start);
  return [
    `fused [${length},${width}]`,
    ...sorted.map(
      ([name, { start, end, valid }]) =>
        `  ${String(start).padStart(5)} … ${String(end).padEnd(5)} ${name} (${valid} of ${end - start} valid)`,
    ),
  ];
}
