import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TAG } from './graph-session.js';
import { type NodeMessage, SavedModel } from './saved-model-messages.js';

/** Newer than any change of meaning of the operations that tfjs runs. */
const PRODUCER = 1087;

/** Writes a graph without variables into a folder, as TensorFlow's loader reads it; returns its size in bytes. */
export function writeSavedModel(folder: string, nodes: readonly NodeMessage[]): number {
  const graphDef = { node: nodes, versions: { producer: PRODUCER } };
  const metaGraphs = [{ metaInfoDef: { tags: [TAG] }, graphDef }];
  const bytes = SavedModel.encode({ savedModelSchemaVersion: 1, metaGraphs }).finish();
  writeFileSync(join(folder, 'saved_model.pb'), bytes);
  return bytes.length;
}
