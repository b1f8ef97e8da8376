import { writeFileSync } from 'node:fs';
import { onnx } from 'onnx-proto';

const FLOAT = 1;

/** Writes an ONNX encoder `[row, size]` -> `[row, features]`: tanh(x W), its weights a wave. */
export function writeTinyEncoder(file: string, size: number, features: number, step = 1): void {
  const weights = Float32Array.from({ length: size * features }, (_, at) => Math.sin(1 + step * at));
  const model: onnx.IModelProto = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'tiny',
      input: [floats('x', size)],
      output: [floats('y', features)],
      initializer: [{ name: 'W', dims: [size, features], dataType: FLOAT, rawData: new Uint8Array(weights.buffer) }],
      node: [
        { opType: 'MatMul', input: ['x', 'W'], output: ['xW'] },
        { opType: 'Tanh', input: ['xW'], output: ['y'] },
      ],
    },
  };
  writeFileSync(file, onnx.ModelProto.encode(model).finish());
}

/** `[row, width]` float32. */
function floats(name: string, width: number): onnx.IValueInfoProto {
  const shape = { dim: [{ dimParam: 'row' }, { dimValue: width }] };
  return { name, type: { tensorType: { elemType: FLOAT, shape } } };
}
