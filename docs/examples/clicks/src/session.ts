import { z } from 'zod';

/** A session: what happened, and at which second of it, in the order of time. */
export const sessionSchema = (maxTokens: number) =>
  z
    .array(z.strictObject({ time: z.number().min(0), event: z.string().min(1).max(100) }))
    .min(1)
    .max(maxTokens)
    .refine((events) => events.every(({ time }, at) => at === 0 || time >= events[at - 1]!.time), {
      error: 'events are not in the order of time; sort them',
    });

export type Session = z.output<ReturnType<typeof sessionSchema>>;

/** Names of the events of the training split; id 0 is any other, id i + 1 is `events[i]`. */
export interface Events {
  readonly events: readonly string[];
}

export async function fitEvents(sessions: AsyncIterable<Session>): Promise<Events> {
  const names = new Set<string>();
  for await (const session of sessions) for (const { event } of session) names.add(event);
  return { events: [...names].sort() };
}
