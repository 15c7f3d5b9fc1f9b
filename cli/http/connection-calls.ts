import {
  type AddConnection,
  type ChangeConnection,
  Connection,
  ConnectionCheck,
  NewConnection,
  type RotateConnection,
} from "@tamma/core/protocol/connections.ts";
import { DeliveryPage, type DeliveryQuery } from "@tamma/core/protocol/deliveries.ts";
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
    changeConnection: (id: string, input: ChangeConnection) =>
      client.send(`${pathOf(id)}/change`, input, Connection),
    /** `repository`: its id; null: all repositories of the connection. */
    checkConnection: (id: string, repository: string | null) => {
      const query = repository === null ? "" : `?repository=${encodeURIComponent(repository)}`;
      return client.get(`${pathOf(id)}/check${query}`, ConnectionCheck);
    },
    deliveries: (query: z.input<typeof DeliveryQuery>) => {
      const given = Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      );
      return client.get(`/deliveries?${new URLSearchParams(given)}`, DeliveryPage);
    },
    removeConnection: (id: string) => client.send(`${pathOf(id)}/remove`, {}, Removed),
  };
}
