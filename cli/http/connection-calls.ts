import {
  type AddConnection,
  Connection,
  NewConnection,
  type RotateConnection,
} from "@tamma/core/protocol/connections.ts";
import { z } from "zod";
import type { Client } from "./client.ts";

const Connections = z.object({ connections: z.array(Connection) });
const Removed = z.object({ removed: z.string() });

const pathOf = (id: string) => `/connections/${encodeURIComponent(id)}`;

/** Connections to platforms in the REST API. */
export function connectionCalls(client: Client) {
  return {
    connections: async () => (await client.get("/connections", Connections)).connections,
    addConnection: (input: AddConnection) => client.send("/connections", input, NewConnection),
    rotateConnection: (id: string, input: RotateConnection) =>
      client.send(`${pathOf(id)}/rotate`, input, NewConnection),
    removeConnection: (id: string) => client.send(`${pathOf(id)}/remove`, {}, Removed),
  };
}
