import { z } from 'zod';

/** JSON has no NaN and no infinity: they were written as null. */
export const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const strings = z.array(z.string());

const pictureData = {
  mime: z.string().regex(/^image\/[\w.+-]+$/),
  base64: z.base64(),
  width: z.number(),
  height: z.number(),
};

const edges = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const marksSchema = z.object({
  heat: z.array(z.object({ box: edges, share: z.number() })),
  boxes: z.array(z.object({ box: edges, label: z.string() })),
});
export type MarksData = z.infer<typeof marksSchema>;

export const previewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('words'), text: z.string() }),
  z.object({ kind: z.literal('picture'), ...pictureData, marks: marksSchema.optional() }),
  z.object({
    kind: z.literal('sound'),
    mime: z.string().regex(/^audio\/[\w.+-]+$/),
    base64: z.base64(),
    seconds: z.number().positive().optional(),
    spectrogram: z.object(pictureData).optional(),
  }),
  z.object({ kind: z.literal('film'), frames: z.array(z.object({ ...pictureData, time: z.number() })) }),
  z.object({
    kind: z.literal('series'),
    names: strings,
    rate: z.number().positive(),
    start: z.number().optional(),
    values: z.array(z.array(number)),
  }),
]);

export type PreviewData = z.infer<typeof previewSchema>;

export const measuredSchema = z.object({ value: number, low: number, high: number, n: number });
export type Values = Readonly<Record<string, z.infer<typeof measuredSchema>>>;

const trackSchema = z.union([
  z.object({ name: z.string(), preview: previewSchema }),
  z.object({ name: z.string(), spans: z.array(z.object({ start: z.number(), end: z.number(), label: z.string() })) }),
]);
export type TrackData = z.infer<typeof trackSchema>;

export const figureSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('matrix'),
    title: z.string(),
    rows: strings,
    columns: strings,
    values: z.array(z.array(number)),
    rowTitle: z.string().optional(),
    columnTitle: z.string().optional(),
  }),
  z.object({
    kind: z.literal('map'),
    title: z.string(),
    points: z.array(z.object({ vector: z.array(number), group: z.string(), label: z.string() })),
  }),
  z.object({
    kind: z.literal('gallery'),
    title: z.string(),
    rows: z.array(
      z.object({
        query: previewSchema,
        results: z.array(z.object({ preview: previewSchema, score: number, hit: z.boolean().optional() })),
      }),
    ),
  }),
  z.object({
    kind: z.literal('curves'),
    title: z.string(),
    axis: z.string(),
    scale: z.enum(['linear', 'log']).optional(),
    curves: z.array(
      z.object({
        name: z.string(),
        points: z.array(z.object({ at: z.number(), value: number, low: number, high: number })),
      }),
    ),
  }),
  z.object({ kind: z.literal('timeline'), title: z.string(), tracks: z.array(trackSchema) }),
]);

export type FigureData = z.infer<typeof figureSchema>;
export type MatrixData = Extract<FigureData, { kind: 'matrix' }>;
export type MapData = Extract<FigureData, { kind: 'map' }>;
export type GalleryData = Extract<FigureData, { kind: 'gallery' }>;
export type CurvesData = Extract<FigureData, { kind: 'curves' }>;
export type TimelineData = Extract<FigureData, { kind: 'timeline' }>;

/** A figure that does not keep the contract costs only itself. */
const figuresSchema = z.array(figureSchema.or(z.unknown().transform(() => undefined)));

export const evaluationSchema = z.object({
  step: z.number(),
  split: z.string(),
  values: z.record(z.string(), measuredSchema),
  figures: figuresSchema,
});
export type EvaluationFile = z.infer<typeof evaluationSchema>;

/** `parts.json`: what a run that has others for parts shows of them. */
export const partsSchema = z.object({
  /** Sentences for the head of the page. */
  lead: z.string().optional(),
  parts: z.array(
    z.object({
      title: z.string(),
      lead: z.string().optional(),
      values: z.record(z.string(), measuredSchema).default({}),
      figures: figuresSchema.default([]),
    }),
  ),
});
export type PartsFile = z.infer<typeof partsSchema>;

export const runSchema = z.object({
  title: z.string(),
  description: z.string().optional(),
  command: z.string().optional(),
  config: z.json(),
  backend: z.object({ id: z.string(), version: z.string(), device: z.string(), threads: z.number() }),
  times: z.record(z.string(), number),
  versions: z.record(z.string(), z.string()),
});
export type RunFile = z.infer<typeof runSchema>;

export const summarySchema = z.record(z.string(), z.json());
export type SummaryFile = z.infer<typeof summarySchema>;

export const quarantinedSchema = z.object({
  id: z.string(),
  file: z.string().optional(),
  input: z.string().optional(),
  stage: z.string(),
  code: z.string(),
  reason: z.string(),
});

/** The lines of metrics.jsonl that a report shows; other kinds are passed over. */
export const eventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    step: z.number(),
    values: z.record(z.string(), number),
    samplesPerSecond: number,
    dataWaitShare: number,
    rssMb: number,
  }),
  z.object({
    kind: z.literal('evaluation'),
    step: z.number(),
    split: z.string(),
    values: z.record(z.string(), measuredSchema),
  }),
  z.object({ kind: z.literal('notice'), message: z.string() }),
  z.object({ kind: z.literal('start'), step: z.number(), resumed: z.boolean() }),
]);
export type MetricsLine = z.infer<typeof eventSchema>;
