import protobuf from 'protobufjs/light.js';

/** The fields of TensorFlow's `Event` message that scalars need. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] };
  /** `status` 1 is START: the reader forgets all it has read of this step and later. */
  readonly sessionLog?: { readonly status: 1 };
}

/** `tensorflow/core/util/event.proto` and `tensorflow/core/framework/summary.proto`, as far as used. */
const Event = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    Value: {
      // a oneof as in the original: without it a 0 would not be written
      oneofs: { value: { oneof: ['simpleValue'] } },
      fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } },
    },
  },
}).lookupType('Event');

/** The protobuf bytes of an event. */
export function encodeTensorBoardEvent(event: TensorBoardEvent): Uint8Array {
  return Event.encode(event).finish();
}
