import protobuf, { type IField, type IMapField, type INamespace } from 'protobufjs/light.js';

/** Numbers of TensorFlow's data types (`types.proto`). */
export const DATA_TYPES = { float32: 1, int32: 3, bool: 10 } as const;

const field = (id: number, type: string, rule?: 'repeated'): IField => ({ id, type, ...(rule ? { rule } : {}) });
const map = (id: number, type: string): IMapField => ({ id, type, keyType: 'string' });

/** The messages of TensorFlow's SavedModel as far as they are written here, by the numbers of its .proto files. */
const messages: INamespace = {
  nested: {
    Dimension: { fields: { size: field(1, 'int64') } },
    Shape: { fields: { dim: field(2, 'Dimension', 'repeated') } },
    TensorProto: {
      fields: {
        dtype: field(1, 'int32'),
        tensorShape: field(2, 'Shape'),
        tensorContent: field(4, 'bytes'),
        floatVal: field(5, 'float', 'repeated'),
        intVal: field(7, 'int32', 'repeated'),
        boolVal: field(11, 'bool', 'repeated'),
      },
    },
    ListValue: {
      fields: {
        i: field(3, 'int64', 'repeated'),
        f: field(4, 'float', 'repeated'),
        b: field(5, 'bool', 'repeated'),
        type: field(6, 'int32', 'repeated'),
      },
    },
    AttrValue: {
      oneofs: { value: { oneof: ['s', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'list'] } },
      fields: {
        list: field(1, 'ListValue'),
        s: field(2, 'bytes'),
        i: field(3, 'int64'),
        f: field(4, 'float'),
        b: field(5, 'bool'),
        type: field(6, 'int32'),
        shape: field(7, 'Shape'),
        tensor: field(8, 'TensorProto'),
      },
    },
    NodeDef: {
      fields: {
        name: field(1, 'string'),
        op: field(2, 'string'),
        input: field(3, 'string', 'repeated'),
        attr: map(5, 'AttrValue'),
      },
    },
    Versions: { fields: { producer: field(1, 'int32') } },
    GraphDef: { fields: { node: field(1, 'NodeDef', 'repeated'), versions: field(4, 'Versions') } },
    MetaInfo: { fields: { tags: field(4, 'string', 'repeated') } },
    MetaGraph: { fields: { metaInfoDef: field(1, 'MetaInfo'), graphDef: field(2, 'GraphDef') } },
    SavedModel: {
      fields: { savedModelSchemaVersion: field(1, 'int64'), metaGraphs: field(2, 'MetaGraph', 'repeated') },
    },
  },
};

/** `SavedModel` of `saved_model.proto`. */
export const SavedModel = protobuf.Root.fromJSON(messages).lookupType('SavedModel');

/** The value of an attribute, as `attr_value.proto` has it. */
export type AttrValue =
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: ShapeMessage }
  | { readonly tensor: TensorMessage }
  | {
      readonly list: { readonly i?: number[]; readonly f?: number[]; readonly b?: boolean[]; readonly type?: number[] };
    };

export interface ShapeMessage {
  readonly dim: readonly { readonly size: number }[];
}

/** Values as bytes, or one value that fills the shape. */
export interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape: ShapeMessage;
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
  readonly intVal?: readonly number[];
  readonly boolVal?: readonly boolean[];
}

/** One node of a graph. */
export interface NodeMessage {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}
