import { ModalkitError } from '@modalkit/core';
import type { Place } from './place.js';

const TIMEOUT_MS = 10_000;

/**
 * A service that alarms are posted to as JSON, each with an `Idempotency-Key`: the same one when it is posted again.
 * @throws ModalkitError USAGE when the address is none of http or https
 */
export function httpPlace(address: string | undefined): Place {
  const url = urlOf(address);
  return {
    name: 'http',
    deliver: async (alarm, signal) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': `${alarm.id}/${alarm.kind}` };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const request = {
        method: 'POST',
        headers,
        body: JSON.stringify(alarm),
        redirect: 'error',
        signal: limit,
      } as const;
      const response = await fetch(url, request).catch((error) => {
        throw new Error(`${url.host}: ${error.cause?.code ?? error.message}`, { cause: error });
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${url.host} answered ${response.status}`);
    },
  };
}

function urlOf(address: string | undefined): URL {
  const url = URL.canParse(address ?? '') ? new URL(address!) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new ModalkitError('USAGE', `--url ${address ?? ''}: give the address to post to, such as https://host/alarms.`);
}
