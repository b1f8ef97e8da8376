/** What TensorFlow (RESOURCE_EXHAUSTED is 8), V8 and WebAssembly say. */
const SAYS = /\bOOM\b|TF_Status: 8\b|allocation failed|out of memory|Invalid typed array length/i;

/** Whether an error, or what caused it, is that there was no memory. */
export function isOutOfMemory(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { message, cause } = error as Partial<Error>;
  return SAYS.test(message ?? '') || isOutOfMemory(cause);
}
