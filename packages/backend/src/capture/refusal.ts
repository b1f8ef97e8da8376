/** Why a program can't be captured, as the end of a sentence: `it reads a tensor on the host`. */
export class Refusal extends Error {}
