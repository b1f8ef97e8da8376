import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Figure, writeFileAtomic } from '@modalkit/core';
import { formatMeasured, formatNumber, formatSeconds, renderReport, renderTable } from '@modalkit/report';
import { contributionNames, type Judge, type Row } from './comparison.js';

/** The comparison as a table for a terminal. */
export function comparisonTable(rows: readonly Row[], { metric }: Judge): string {
  const parts = contributionNames(rows);
  const head = ['run', metric, '95 % interval', 'time', 'weights', ...parts.map(({ short }) => short)];
  const cells = rows.map(({ variant, measured, seconds, parameters, values }) => [
    variant.title,
    formatMeasured(measured.value),
    `${formatMeasured(measured.low)} – ${formatMeasured(measured.high)}`,
    formatSeconds(seconds),
    formatNumber(parameters),
    ...parts.map(({ name }) => formatMeasured(values[name]?.value ?? Number.NaN)),
  ]);
  return renderTable(head, cells);
}

/**
 * Writes comparison.json, and report.html: the table and its plots, then the pages of the best run.
 * @returns path of the page
 */
export async function writeComparison(folder: string, rows: readonly Row[], best: Row, judge: Judge): Promise<string> {
  const write = (file: string, content: unknown) =>
    writeFileAtomic(join(folder, file), `${JSON.stringify(content, null, 1)}\n`);
  await write('comparison.json', { ...judge, best: best.variant, runs: rows });
  await write('parts.json', {
    lead: `Best of ${rows.length} by ${judge.metric}: ${best.variant.title}, ${formatMeasured(best.measured.value)} (${formatMeasured(best.measured.low)} – ${formatMeasured(best.measured.high)}). Results and curves on this page are of that run; the comparison comes after its figures.`,
    parts: [
      {
        title: 'Comparison',
        values: Object.fromEntries(rows.map(({ variant, measured }) => [variant.title, measured])),
        figures: [...figuresOf(rows, judge), ...(await togetherOf(rows))],
      },
    ],
  });
  for (const file of ['evaluation.json', 'metrics.jsonl'])
    if (existsSync(join(best.run, file))) await copyFile(join(best.run, file), join(folder, file));
  const about = JSON.parse(await readFile(join(best.run, 'run.json'), 'utf8')) as { title: string };
  await write('run.json', { ...about, title: `${about.title}: ${rows.length} trainings compared` });
  return renderReport(folder);
}

function figuresOf(rows: readonly Row[], { metric }: Judge): Figure[] {
  const parts = contributionNames(rows);
  const table: Figure = {
    kind: 'matrix',
    title: `${metric}, and what each input contributes`,
    rows: rows.map(
      ({ variant, seconds, parameters }) =>
        `${variant.title} · ${formatSeconds(seconds)} · ${formatNumber(parameters)} weights`,
    ),
    columns: [metric, ...parts.map(({ short }) => short)],
    values: rows.map(({ measured, values }) => [
      measured.value,
      ...parts.map(({ name }) => values[name]?.value ?? Number.NaN),
    ]),
    rowTitle: 'run',
  };
  const marks = (title: string, at: (row: Row) => number): Figure => ({
    kind: 'curves',
    title: `${metric} against ${title}`,
    axis: title,
    curves: rows.map((row) => ({ name: row.variant.title, points: [pointOf(row, at(row))] })),
  });
  const numeric = Object.keys(rows[0]!.variant.point).filter((name) =>
    rows.every(({ variant }) => typeof variant.point[name] === 'number'),
  );
  return [
    table,
    marks('seconds of training', ({ seconds }) => seconds),
    ...numeric.map((name) => settingFigure(rows, metric, name)),
  ];
}

/** A metric against one setting; runs that agree in all others are one line. */
function settingFigure(rows: readonly Row[], metric: string, name: string): Figure {
  const lines = new Map<string, Row[]>();
  for (const row of rows) {
    const others = Object.entries(row.variant.point).filter(([other]) => other !== name);
    const line = [...others.map(([other, value]) => `${other} ${value}`), `${row.step} steps`].join(', ');
    lines.set(line, [...(lines.get(line) ?? []), row]);
  }
  const at = ({ variant }: Row) => variant.point[name] as number;
  const all = rows.map(at);
  return {
    kind: 'curves',
    title: `${metric} against ${name}`,
    axis: name,
    scale: Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) >= 10 ? 'log' : 'linear',
    curves: [...lines].map(([line, own]) => ({
      name: line,
      points: [...own].sort((a, b) => at(a) - at(b)).map((row) => pointOf(row, at(row))),
    })),
  };
}

function pointOf({ measured: { value, low, high } }: Row, at: number) {
  return { at, value, low, high };
}

type Curves = Extract<Figure, { kind: 'curves' }>;

/** Figures of curves that the runs' metrics drew, those of one title in one. */
async function togetherOf(rows: readonly Row[]): Promise<Figure[]> {
  const joined = new Map<string, Curves>();
  for (const { run, variant } of rows) {
    const text = await readFile(join(run, 'evaluation.json'), 'utf8').catch(() => '{}');
    const { figures = [] } = JSON.parse(text) as { figures?: readonly Figure[] };
    for (const figure of figures.filter(({ kind }) => kind === 'curves') as Curves[]) {
      const own = figure.curves.map((curve) => ({ ...curve, name: `${variant.title}: ${curve.name}` }));
      joined.set(figure.title, { ...figure, curves: [...(joined.get(figure.title)?.curves ?? []), ...own] });
    }
  }
  return [...joined.values()].filter(({ curves }) => curves.length > 1);
}
