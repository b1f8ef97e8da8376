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
import { type Token, token } from './token.js';

// Their types are written out: inferred ones would be declared as those of whichever package re-exports them.

/** A plugin in `inputs` provides one adapter. The type parameters are the adapter's own affair. */
// biome-ignore lint/suspicious/noExplicitAny: an adapter's sample, state and prepared types meet core only as opaque values
export const ADAPTER: Token<Adapter<any, any, any>> = token('Adapter');
export const FUSION: Token<Fusion> = token('Fusion');
export const HEAD: Token<Head> = token('Head');
export const OBJECTIVE: Token<Objective> = token('Objective');
export const BALANCER: Token<Balancer> = token('Balancer');
export const METRIC: Token<Metric> = token('Metric');
export const DATA_SOURCE: Token<DataSource> = token('DataSource');
// biome-ignore lint/suspicious/noExplicitAny: what a source yields is between it and its adapter
export const LIVE_SOURCE: Token<LiveSource<any>> = token('LiveSource');
export const REPORTER: Token<Reporter> = token('Reporter');
export const BACKEND: Token<Backend> = token('Backend');
