import { z } from 'zod';

/** Names of the classes, two at least, or their number: then they are named 0, 1, … */
export const classesOption = z.union([
  z.int().min(2).max(1_000_000),
  z
    .array(z.string())
    .min(2)
    .refine((names) => new Set(names).size === names.length, 'the class names must differ'),
]);

export function classNames(classes: z.output<typeof classesOption>): readonly string[] {
  return typeof classes === 'number' ? Array.from({ length: classes }, (_, index) => `${index}`) : classes;
}

/** Index of a class that is given by name or by index; -1 when there is no such class. */
export function classIndex(names: readonly string[], value: unknown): number {
  if (typeof value === 'string') return names.indexOf(value);
  return typeof value === 'number' && names[value] !== undefined ? value : -1;
}

/** A list of classes by name or index; in a table also one cell of names with spaces between them. */
export type ClassList = readonly (string | number)[] | string;

/** The items of a list of classes, or undefined when it is no list. */
export function classItems(value: unknown): readonly unknown[] | undefined {
  if (typeof value === 'string') return value.split(/\s+/).filter(Boolean);
  return Array.isArray(value) ? value : undefined;
}

/** The first names, for an error. */
export function someNames(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');
}
