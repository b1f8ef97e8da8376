/** Waits for a call, but no longer than that. @throws Error when it takes longer */
export async function withLimit(call: () => void | Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not finish in ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([call(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
