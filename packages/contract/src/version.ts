/** The number of the contract between core and plugins. It changes only when an existing plugin would break. */
export const CONTRACT = 1;
