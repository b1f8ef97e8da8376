import { TAG } from './graph-session.js';
import { type NodeMessage, SavedModel } from './saved-model-messages.js';

/** Newer than any change of meaning of the operations that tfjs runs. */
const PRODUCER = 1087;

/** A graph without variables as `saved_model.pb`, which TensorFlow's loader reads. */
export function encodeSavedModel(nodes: readonly NodeMessage[]): Uint8Array {
  const graphDef = { node: nodes, versions: { producer: PRODUCER } };
  const metaGraphs = [{ metaInfoDef: { tags: [TAG] }, graphDef }];
  return SavedModel.encode({ savedModelSchemaVersion: 1, metaGraphs }).finish();
}
