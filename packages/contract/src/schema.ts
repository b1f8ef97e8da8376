import type { StandardSchemaV1 } from '@standard-schema/spec';

/** A validator of any library that speaks Standard Schema, zod among them. */
export type Schema<Output = unknown> = StandardSchemaV1<unknown, Output>;
export type { StandardSchemaV1 };
