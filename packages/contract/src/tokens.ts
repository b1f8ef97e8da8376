import type { Adapter } from './adapter.js';
import type { Backend } from './backend.js';
import type { Balancer } from './balancer.js';
import type { DataSource } from './data-source.js';
import type { Fusion } from './fusion.js';
import type { Head } from './head.js';
import type { LiveSource } from './live-source.js';
import type { Metric } from './metric.js';
import type { Objective } from './objective.js';
import type { Reporter } from './reporter.js';
import { token } from './token.js';

/** A plugin in `inputs` provides one adapter. The type parameters are the adapter's own affair. */
// biome-ignore lint/suspicious/noExplicitAny: an adapter's sample, state and prepared types meet core only as opaque values
export const ADAPTER = token<Adapter<any, any, any>>('Adapter');
export const FUSION = token<Fusion>('Fusion');
export const HEAD = token<Head>('Head');
export const OBJECTIVE = token<Objective>('Objective');
export const BALANCER = token<Balancer>('Balancer');
export const METRIC = token<Metric>('Metric');
export const DATA_SOURCE = token<DataSource>('DataSource');
// biome-ignore lint/suspicious/noExplicitAny: what a source yields is between it and its adapter
export const LIVE_SOURCE = token<LiveSource<any>>('LiveSource');
export const REPORTER = token<Reporter>('Reporter');
export const BACKEND = token<Backend>('Backend');
