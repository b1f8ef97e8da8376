import { isModalkitError } from '@modalkit/contract';

/** How reading a file ended: `ok`, or the code and sentence of a typed error; anything else is thrown on. */
export async function outcomeOf(read: () => Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await read();
    return { code: 'ok', message: '' };
  } catch (error) {
    if (isModalkitError(error)) return { code: error.code, message: error.message };
    throw error;
  }
}
