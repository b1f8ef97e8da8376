import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

/** One attribute of a TensorFlow operation. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The addon: numbers of types, and what it does with tensors by id. */
export interface NativeBinding {
  readonly TF_Version: string;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_BOOL: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number;
  deleteTensor(id: number): void;
  executeOp(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): { readonly id: number }[];
}

/** The kernel backend of tfjs-node, as `tf.backend()` returns it when native TensorFlow runs. */
export interface NativeKernels extends KernelBackend {
  readonly binding: NativeBinding;
  /** The addon's id of a tensor by data id. */
  readonly tensorMap: { get(dataId: object): { id: number } | undefined };
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(op: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): TensorInfo;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): TensorInfo[];
  /** Loads a saved model and returns its id. */
  loadSavedModelMetaGraph(path: string, tags: string): number;
  runSavedModel(
    id: number,
    inputs: readonly TensorInfo[],
    inputInfos: readonly { readonly name: string; readonly tfDtype: string }[],
    outputOps: readonly string[],
  ): TensorInfo[];
  deleteSavedModel(id: number): void;
}
