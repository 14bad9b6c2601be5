// What an order is, said once: the type of the program and the check at its doors.

import { z } from "zod";

export const Order = z.object({
  id: z.string().min(1),
  customer: z.string(),
  amount: z.number().positive(),
  placedAt: z.iso.datetime(),
});

export type Order = z.infer<typeof Order>;
