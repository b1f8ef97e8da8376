import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tree of host arrays as one file of numbers and one that says where each array stands, for theirs.py. @param {string} folder */
export function writeArrays(folder, tree) {
  const chunks = [];
  let at = 0;
  const put = ({ data, shape, dtype }) => {
    const numbers = dtype === 'bool' ? Uint8Array.from(data) : dtype === 'int32' ? Int32Array.from(data) : data;
    const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    chunks.push(bytes);
    at += bytes.length;
    return { dtype, shape, at: at - bytes.length };
  };
  const putAll = (branch) => {
    if (Array.isArray(branch)) return branch.map(putAll);
    if (branch.dtype) return put(branch);
    return Object.fromEntries(Object.entries(branch).map(([name, below]) => [name, putAll(below)]));
  };
  const index = putAll(tree);
  writeFileSync(join(folder, 'arrays.bin'), Buffer.concat(chunks));
  writeFileSync(join(folder, 'arrays.json'), JSON.stringify(index));
}
