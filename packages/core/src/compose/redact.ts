import type { Json } from '@modalkit/contract';

const SECRET = /^(?:.*[_-])?(?:password|passphrase|secret|token|api[_-]?key|credentials?|authorization)$/i;
const CAMEL_SECRET = /(?:Password|Passphrase|Secret|Token|ApiKey|Credentials?|Authorization)$/;
/** The user and password of an address. */
const USER = /([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi;
const HIDDEN = '***';

/** Plain data as it may be saved: without words under names of secrets, and without users and passwords in addresses. */
export function redact(value: Json): Json {
  if (typeof value === 'string') return value.replace(USER, `$1${HIDDEN}@`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(redact);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const secret = typeof inner === 'string' && (SECRET.test(name) || CAMEL_SECRET.test(name));
      return [name, secret ? HIDDEN : redact(inner)];
    }),
  );
}
