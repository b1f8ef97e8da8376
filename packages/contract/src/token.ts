/** A typed key for dependency injection. Tokens of the same name are equal across copies of this package. */
export interface Token<T> {
  readonly key: symbol;
  readonly name: string;
  /** Never set: carries the type. */
  readonly type?: T;
}

/** Makes a token, for example `token<Clock>('acme/Clock')`; Modalkit's own are listed in `tokens.ts`. */
export function token<T>(name: string): Token<T> {
  return { key: Symbol.for(`modalkit/v1/${name}`), name };
}
