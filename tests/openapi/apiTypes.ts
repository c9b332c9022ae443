// Made from docs/openapi.json by `npm run generate`.
export interface paths {
  '/bets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the bets, newest first
     * @description A page has at most 1000 bets. The header `Link` leads to the next page. A client that follows the links sees each bet that existed when it began exactly once.
     */
    get: operations['listBets'];
    put?: never;
    /**
     * Place a bet
     * @description A request with an `Idempotency-Key` is safe to send again, whatever became of the first one. `eventId` is understood as `event_id`.
     */
    post: operations['placeBet'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bets/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a bet */
    get: operations['getBet'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the events, the newest first
     * @description The time of its first bet or result decides the place of an event, which never changes. A page has at most 100 events. The header `Link` leads to the next page. A client that follows the links sees each event that existed when it began exactly once. The list without `state` is always current. With `state` it comes from an index that may lag by moments; the events themselves are always current.
     */
    get: operations['listEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events/{event_id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an event */
    get: operations['getEvent'];
    /**
     * Settle an event, or correct its result
     * @description The result is in force for every reader when the call answers, however many bets there are. The same result again changes nothing. Another result is a correction, and every bet follows it.
     */
    put: operations['settleEvent'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/livez': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Is the service alive? */
    get: operations['getLiveness'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counters and gauges of the local service */
    get: operations['getMetrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document */
    get: operations['getDocument'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Does its store answer? */
    get: operations['getReadiness'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description A stake: more than 0, at most 1000000000.00, with at most two decimals. A number is read by the digits that are sent, never as a float. */
    Amount: string | number;
    Bet: {
      /** @example 10.50 */
      amount: string;
      /** @description The event as a text, however it was sent. */
      event_id: string;
      /**
       * Format: uuid
       * @description A UUID version 7, so ids sort by the time of placing.
       */
      id: string;
      /** Format: date-time */
      placed_at: string;
      /**
       * Format: date-time
       * @description When the result that decides the bet was given. A pending bet has none.
       */
      settled_at?: string;
      status: components['schemas']['BetStatus'];
    };
    /** @description The id of a bet. */
    BetId: string;
    /** @description Bets, newest first. */
    BetList: components['schemas']['Bet'][];
    /**
     * @description Where a bet stands.
     * @enum {string}
     */
    BetStatus: 'pending' | 'won' | 'lost';
    /** @description Where the page begins. The value is opaque: it is in the header `Link` of the page before. */
    Cursor: string;
    /** @description A sporting event: its result, its bets, and how far they are stored as settled. */
    Event: {
      bets: {
        /** @description Bets that are stored under the result. */
        settled: number;
        /**
         * @description The sum of all stakes.
         * @example 10.50
         */
        staked: string;
        /** @description Bets that were placed. */
        total: number;
      };
      event_id: string;
      /** @description Every result, oldest first. */
      history: {
        /** Format: date-time */
        decided_at: string;
        /** @description Who decided, where that is known: the subject (`sub`) of the token. The local service has one token for all operators, and so it knows of nobody. */
        decided_by?: string;
        status: components['schemas']['Outcome'];
        version: number;
      }[];
      /**
       * @description `open`: no result is in force. While a first one is on its way, bets are refused already. `settling`: the result is in force for every reader, but not every bet is stored with it yet. `settled`: every bet is.
       * @enum {string}
       */
      state: 'open' | 'settling' | 'settled';
      /** @description The result in force, or null. */
      status: components['schemas']['Outcome'] | null;
      /** @description How many results it has had. The tag in `ETag` begins with it. */
      version: number;
    };
    /**
     * @description Only bets on this event. The index that finds them may lag by moments.
     * @example sr:match:42
     */
    EventFilter: components['schemas']['EventId'];
    /** @description The id of an event, exactly as it was sent: 1 to 256 bytes in UTF-8, without control characters, and without white space at its ends. A number is written as its decimal text. In a path it is percent-encoded, the slash too (`%2F`). */
    EventId: string;
    /** @description The id of an event: a text, or an integer of at most 128 digits that means the same event as its decimal text. A number is read by the digits that are sent, never as a float. */
    EventIdOrNumber: string | number;
    /**
     * @description The maximum number of events on a page.
     * @default 100
     * @example 20
     */
    EventLimit: number;
    /** @description Events, the newest first. */
    EventList: components['schemas']['Event'][];
    /**
     * @description `*`: only a first result is wanted. An event with another result is left as it is.
     * @example *
     */
    FirstResultOnly: string;
    /** @description What API Gateway says when it refuses a request itself. It is no problem of ours. */
    GatewayMessage: {
      message: string;
    };
    Health: {
      /** @enum {string} */
      status: 'alive' | 'ready';
    };
    /**
     * @description Requests with the same key place one bet, however often and however late they come. A key never expires. It may be in double quotes. It has no comma and comes once. All clients share the keys: begin yours with your name, and end it with a UUID.
     * @example 7f3a
     * @example "7f3a"
     */
    IdempotencyKey: string;
    /**
     * @description The `ETag` of the event that the decision is based on, or `*` for any result. Only the version that it begins with is compared, so bets that come meanwhile do no harm, and `"1"` alone is understood. Another version is refused, unless a retry finds its result in force already.
     * @example "0"
     * @example "1-bVnUVf9FJ7Dp0mhK3pT5Yw"
     * @example *
     */
    IfMatch: string;
    /** @description The `ETag` of an answer that the client has. The call answers 304 when it is the same. */
    IfNoneMatch: string;
    /**
     * @description The maximum number of bets on a page.
     * @default 1000
     * @example 100
     */
    Limit: number;
    /**
     * @description `WIN` if the first team won, `LOSE` if it lost or drew.
     * @enum {string}
     */
    Outcome: 'WIN' | 'LOSE';
    /** @description A bet to be placed. */
    PlaceBet: {
      amount: components['schemas']['Amount'];
      event_id: components['schemas']['EventIdOrNumber'];
    };
    /**
     * Format: date-time
     * @description Only bets placed before this instant (RFC 3339).
     * @example 2026-11-22T19:30:00+01:00
     */
    PlacedBefore: string;
    /**
     * Format: date-time
     * @description Only bets placed at this instant (RFC 3339) or later.
     * @example 2026-11-22T18:30:00Z
     */
    PlacedFrom: string;
    /**
     * @description An RFC 9457 problem. A 4xx is final: the same request would be refused again. A 5xx leaves open whether the request had its effect; the same request with the same `Idempotency-Key` finds out.
     * @example {
     *       "type": "docs/problems#route-not-found",
     *       "title": "There is no such path",
     *       "status": 404,
     *       "detail": "There is nothing at /wagers.",
     *       "instance": "urn:bet-maker:request:5f0c4a4e-6f2b-4e0f-9d57-3c1b7f6f0a11"
     *     }
     * @example {
     *       "type": "docs/problems#method-not-allowed",
     *       "title": "The path has no such method",
     *       "status": 405,
     *       "detail": "/bets has GET, HEAD, POST.",
     *       "instance": "urn:bet-maker:request:5f0c4a4e-6f2b-4e0f-9d57-3c1b7f6f0a11"
     *     }
     */
    Problem: {
      /** @description What is wrong this time. */
      detail: string;
      /** @description Every fault of a request that is not valid. */
      errors?: {
        detail: string;
        /** @enum {string} */
        in: 'body' | 'query' | 'path' | 'header';
        /** @description An RFC 6901 JSON Pointer as a URI fragment. */
        pointer: string;
      }[];
      /**
       * Format: uri
       * @description This occurrence, by the id of the request.
       */
      instance: string;
      /** @description The HTTP status. */
      status: number;
      /** @description The problem in a few words, always the same. */
      title: string;
      /**
       * Format: uri-reference
       * @description Where the kind of problem is explained, relative to the request. What follows `#` is the kind. New kinds may be added.
       */
      type: string;
    };
    /** @description The result of an event. It decides every bet on it. */
    Result: {
      status: components['schemas']['Outcome'];
    };
    /**
     * @description Only events in this state. An event that leaves it meanwhile is left out.
     * @example open
     * @enum {string}
     */
    StateFilter: 'open' | 'settling' | 'settled';
    /**
     * @description Only bets with this status. A call looks through at most 5000 bets for them. A page with fewer bets than `limit`, even none, is the last one or ends after so many; `Link` leads on.
     * @example pending
     */
    StatusFilter: components['schemas']['BetStatus'];
  };
  responses: {
    /** @description **The body is too large.** Send at most 65,536 bytes. [body-too-large](docs/problems#body-too-large) */
    BodyTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The expectation cannot be met.** Send no `Expect` header. [expectation-failed](docs/problems#expectation-failed) */
    ExpectationFailed: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The headers are too large.** Send at most 16 KB of headers. [headers-too-large](docs/problems#headers-too-large) */
    HeadersTooLarge: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The service failed.** Tell the operators the id of the request. [internal](docs/problems#internal) */
    Internal: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The request cannot be read.** Send HTTP/1.1 and valid URLs. [malformed-request](docs/problems#malformed-request) */
    MalformedRequest: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The service is not for this host.** Use a host of `ALLOWED_HOSTS`, or add this one to it. [misdirected](docs/problems#misdirected) */
    Misdirected: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The request did not end in time.** Send it all within 10 seconds. [request-timeout](docs/problems#request-timeout) */
    RequestTimeout: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Only on AWS, from API Gateway itself: there are more requests a second than the deployment takes. The request had no effect. Wait, and send it again. */
    TooManyRequests: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/json': components['schemas']['GatewayMessage'];
      };
    };
    /**
     * @description **The store is away or busy.** Wait as `Retry-After` says. [unavailable](docs/problems#unavailable)
     *
     *     **The service does not take requests now.** Wait as `Retry-After` says. [not-ready](docs/problems#not-ready)
     */
    Unavailable: {
      headers: {
        'Retry-After': components['headers']['Retry-After'];
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description **The body must be JSON.** Send plain `application/json`. [unsupported-media-type](docs/problems#unsupported-media-type) */
    UnsupportedMediaType: {
      headers: {
        'X-Request-Id': components['headers']['X-Request-Id'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /**
     * @description The version of this answer, for `If-None-Match`. The tag is weak.
     * @example W/"bVnUVf9FJ7Dp0mhK3pT5Yw"
     */
    AnswerTag: string;
    /**
     * @description The version of the result, then what changes with the answer. `If-Match` compares the version, `If-None-Match` the whole tag. The tag is strong.
     * @example "1-bVnUVf9FJ7Dp0mhK3pT5Yw"
     */
    ETag: string;
    /**
     * @description `true` when the request repeats an earlier one, which placed the bet.
     * @example true
     */
    'Idempotency-Replayed': string;
    /**
     * @description The next page (RFC 8288), relative to the request. The last page has none.
     * @example <?limit=2&cursor=AaIDqrLhfESNHy-bbjpdcOqVDi4PSw>; rel="next"
     */
    Link: string;
    /**
     * @description Where the bet is, relative to the request.
     * @example bets/01a203aa-93ed-7394-bba1-65f07fb629c1
     */
    Location: string;
    /**
     * @description Seconds after which the request may be sent again.
     * @example 1
     */
    'Retry-After': string;
    /**
     * @description The token that is needed (RFC 6750).
     * @example Bearer realm="bet-maker"
     */
    'WWW-Authenticate': string;
    /**
     * @description The id of the request. A failure is logged with it.
     * @example 5f0c4a4e-6f2b-4e0f-9d57-3c1b7f6f0a11
     */
    'X-Request-Id': string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listBets: {
    parameters: {
      query?: {
        /** @description Where the page begins. The value is opaque: it is in the header `Link` of the page before. */
        cursor?: components['schemas']['Cursor'];
        /** @description Only bets on this event. The index that finds them may lag by moments. */
        event_id?: components['schemas']['EventFilter'];
        /** @description The maximum number of bets on a page. */
        limit?: components['schemas']['Limit'];
        /** @description Only bets placed before this instant (RFC 3339). */
        placed_before?: components['schemas']['PlacedBefore'];
        /** @description Only bets placed at this instant (RFC 3339) or later. */
        placed_from?: components['schemas']['PlacedFrom'];
        /** @description Only bets with this status. A call looks through at most 5000 bets for them. A page with fewer bets than `limit`, even none, is the last one or ends after so many; `Link` leads on. */
        status?: components['schemas']['StatusFilter'];
      };
      header?: {
        /** @description The `ETag` of an answer that the client has. The call answers 304 when it is the same. */
        'If-None-Match'?: components['schemas']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page. */
      200: {
        headers: {
          ETag: components['headers']['AnswerTag'];
          Link: components['headers']['Link'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BetList'];
        };
      };
      /** @description Nothing has changed: the answer still has a tag of `If-None-Match`. */
      304: {
        headers: {
          ETag: components['headers']['AnswerTag'];
          Link: components['headers']['Link'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['MalformedRequest'];
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      /** @description **The request is not valid.** Correct what `errors` lists. [invalid-request](docs/problems#invalid-request) */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      429: components['responses']['TooManyRequests'];
      431: components['responses']['HeadersTooLarge'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  placeBet: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests with the same key place one bet, however often and however late they come. A key never expires. It may be in double quotes. It has no comma and comes once. All clients share the keys: begin yours with your name, and end it with a UUID. */
        'Idempotency-Key'?: components['schemas']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PlaceBet'];
      };
    };
    responses: {
      /** @description This request, or an earlier one with its key, placed the bet. */
      201: {
        headers: {
          'Idempotency-Replayed': components['headers']['Idempotency-Replayed'];
          Location: components['headers']['Location'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Bet'];
        };
      };
      400: components['responses']['MalformedRequest'];
      /** @description **A page of another site may not do that.** Send it from a page of the service. A proxy must pass `Host` on. [cross-site](docs/problems#cross-site) */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GatewayMessage'];
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      408: components['responses']['RequestTimeout'];
      /** @description **The event takes no more bets.** This bet was not placed. [event-settled](docs/problems#event-settled) */
      409: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      /**
       * @description **The request is not valid.** Correct what `errors` lists. [invalid-request](docs/problems#invalid-request)
       *
       *     **The idempotency key was used for another bet.** Use a new key for a new bet. [idempotency-key-reused](docs/problems#idempotency-key-reused)
       *
       *     **The body is not JSON.** Send one JSON object. [malformed-json](docs/problems#malformed-json)
       */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      429: components['responses']['TooManyRequests'];
      431: components['responses']['HeadersTooLarge'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getBet: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of an answer that the client has. The call answers 304 when it is the same. */
        'If-None-Match'?: components['schemas']['IfNoneMatch'];
      };
      path: {
        /**
         * @description The id of a bet.
         * @example 01a203aa-93ed-7394-bba1-65f07fb629c1
         */
        id: components['schemas']['BetId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bet as it is now. */
      200: {
        headers: {
          ETag: components['headers']['AnswerTag'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Bet'];
        };
      };
      /** @description Nothing has changed: the answer still has a tag of `If-None-Match`. */
      304: {
        headers: {
          ETag: components['headers']['AnswerTag'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['MalformedRequest'];
      /** @description **There is no such bet.** Check the id. [bet-not-found](docs/problems#bet-not-found) */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      429: components['responses']['TooManyRequests'];
      431: components['responses']['HeadersTooLarge'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  listEvents: {
    parameters: {
      query?: {
        /** @description Where the page begins. The value is opaque: it is in the header `Link` of the page before. */
        cursor?: components['schemas']['Cursor'];
        /** @description The maximum number of events on a page. */
        limit?: components['schemas']['EventLimit'];
        /** @description Only events in this state. An event that leaves it meanwhile is left out. */
        state?: components['schemas']['StateFilter'];
      };
      header?: {
        /** @description The `ETag` of an answer that the client has. The call answers 304 when it is the same. */
        'If-None-Match'?: components['schemas']['IfNoneMatch'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page. */
      200: {
        headers: {
          ETag: components['headers']['AnswerTag'];
          Link: components['headers']['Link'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventList'];
        };
      };
      /** @description Nothing has changed: the answer still has a tag of `If-None-Match`. */
      304: {
        headers: {
          ETag: components['headers']['AnswerTag'];
          Link: components['headers']['Link'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['MalformedRequest'];
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      /** @description **The request is not valid.** Correct what `errors` lists. [invalid-request](docs/problems#invalid-request) */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      429: components['responses']['TooManyRequests'];
      431: components['responses']['HeadersTooLarge'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getEvent: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of an answer that the client has. The call answers 304 when it is the same. */
        'If-None-Match'?: components['schemas']['IfNoneMatch'];
      };
      path: {
        /**
         * @description The id of an event, exactly as it was sent: 1 to 256 bytes in UTF-8, without control characters, and without white space at its ends. A number is written as its decimal text. In a path it is percent-encoded, the slash too (`%2F`).
         * @example sr:match:42
         */
        event_id: components['schemas']['EventId'];
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The event as it is now. */
      200: {
        headers: {
          ETag: components['headers']['ETag'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Event'];
        };
      };
      /** @description Nothing has changed: the answer still has a tag of `If-None-Match`. */
      304: {
        headers: {
          ETag: components['headers']['ETag'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content?: never;
      };
      400: components['responses']['MalformedRequest'];
      /** @description **Nothing is known of the event.** It has no bet and no result. [event-not-found](docs/problems#event-not-found) */
      404: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      /** @description **The request is not valid.** Correct what `errors` lists. [invalid-request](docs/problems#invalid-request) */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      429: components['responses']['TooManyRequests'];
      431: components['responses']['HeadersTooLarge'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  settleEvent: {
    parameters: {
      query?: never;
      header?: {
        /** @description The `ETag` of the event that the decision is based on, or `*` for any result. Only the version that it begins with is compared, so bets that come meanwhile do no harm, and `"1"` alone is understood. Another version is refused, unless a retry finds its result in force already. */
        'If-Match'?: components['schemas']['IfMatch'];
        /** @description `*`: only a first result is wanted. An event with another result is left as it is. */
        'If-None-Match'?: components['schemas']['FirstResultOnly'];
      };
      path: {
        /**
         * @description The id of an event, exactly as it was sent: 1 to 256 bytes in UTF-8, without control characters, and without white space at its ends. A number is written as its decimal text. In a path it is percent-encoded, the slash too (`%2F`).
         * @example sr:match:42
         */
        event_id: components['schemas']['EventId'];
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Result'];
      };
    };
    responses: {
      /** @description The result is in force, and stored with every bet. */
      200: {
        headers: {
          ETag: components['headers']['ETag'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Event'];
        };
      };
      /** @description The result is in force. Not every bet is stored with it yet. */
      202: {
        headers: {
          ETag: components['headers']['ETag'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Event'];
        };
      };
      400: components['responses']['MalformedRequest'];
      /** @description **The call needs a token.** Send `Authorization: Bearer` and a valid token. [unauthorized](docs/problems#unauthorized) */
      401: {
        headers: {
          'WWW-Authenticate': components['headers']['WWW-Authenticate'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GatewayMessage'];
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description **A page of another site may not do that.** Send it from a page of the service. A proxy must pass `Host` on. [cross-site](docs/problems#cross-site) */
      403: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['GatewayMessage'];
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      408: components['responses']['RequestTimeout'];
      /** @description **The event was corrected too often.** The limit is 100 results. [correction-limit](docs/problems#correction-limit) */
      409: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description **The event is at another version.** Read it and decide again. [version-mismatch](docs/problems#version-mismatch) */
      412: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      413: components['responses']['BodyTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      /**
       * @description **The request is not valid.** Correct what `errors` lists. [invalid-request](docs/problems#invalid-request)
       *
       *     **The body is not JSON.** Send one JSON object. [malformed-json](docs/problems#malformed-json)
       */
      422: {
        headers: {
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      429: components['responses']['TooManyRequests'];
      431: components['responses']['HeadersTooLarge'];
      500: components['responses']['Internal'];
      503: components['responses']['Unavailable'];
    };
  };
  getLiveness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      400: components['responses']['MalformedRequest'];
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      431: components['responses']['HeadersTooLarge'];
    };
  };
  getMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description In the text format of Prometheus. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      400: components['responses']['MalformedRequest'];
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      431: components['responses']['HeadersTooLarge'];
    };
  };
  getDocument: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1. */
      200: {
        headers: {
          /** @description The version of this document. */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': Record<string, never>;
        };
      };
      400: components['responses']['MalformedRequest'];
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      431: components['responses']['HeadersTooLarge'];
    };
  };
  getReadiness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It does. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
      400: components['responses']['MalformedRequest'];
      408: components['responses']['RequestTimeout'];
      417: components['responses']['ExpectationFailed'];
      421: components['responses']['Misdirected'];
      431: components['responses']['HeadersTooLarge'];
      /** @description **The service does not take requests now.** Wait as `Retry-After` says. [not-ready](docs/problems#not-ready) */
      503: {
        headers: {
          'Retry-After': components['headers']['Retry-After'];
          'X-Request-Id': components['headers']['X-Request-Id'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
