// The data of recipes/five-digits, as it is.
export { makeData } from '../five-digits/make-data.mjs';
