// The store over Redis with its real connections, driven as a worker's tick drives it: one call in,
// its end out. A harness is a gateway's one worker without clients.

import ClusterStore
import Primitives
import Reactor
import Redis
import Sessions
import StoreContract
import TestLab

@testable import Gateway

/// A `ClusterBackend` and the loop around it.
struct ClusterBackendHarness: ~Copyable, StoreHarness {
  let slack = 1
  private var poller: Poller
  private var backend: ClusterBackend
  private var reply = ByteBuffer()
  private var moment = Moment.now()

  /// A store over `target` whose namespaces nobody else uses.
  init(_ target: RedisTarget) throws {
    var entropy = Entropy()
    let suffix = "-\(String(entropy.bits(), radix: 36))"
    let store = ClusterStore(
      target.configuration, namespaces: ContractNamespaces.list(suffix: suffix))
    let context: TLSContext? =
      switch target.tls {
      case .some(let settings): try TLSContext.client(settings)
      case .none: nil
      }
    let poller = try Poller()
    self.poller = poller
    backend = ClusterBackend(store, context: context) { _, _ in
      preconditionFailure("the lab's nodes have addresses")
    }
  }

  /// Whether the last tick left something to be done.
  var isBusy: Bool { backend.isBusy }

  mutating func perform(_ call: Call) -> Observation {
    if case .done(let outcome) = submit(call) { return Observation(outcome, reply: reply) }
    let limit = moment.instant + .seconds(30)
    while moment.instant < limit {
      if let completion = turn(until: limit) {
        return Observation(completion.outcome, reply: reply)
      }
    }
    return .malformed("it did not end within 30 s")
  }

  mutating func advance(by seconds: Int) {
    let end = Instant.now() + .milliseconds(seconds * 1_000 + 100)
    while moment.instant < end { _ = turn(until: end) }
  }

  /// Begins what the next ticks carry out.
  @discardableResult
  mutating func submit(_ call: Call) -> Submission {
    moment = .now()
    let (command, request) = call.prepared(deadline: moment.instant + .seconds(30))
    return unsafe backend.submit(
      command, request: request.span.bytes, ticket: .none, at: moment, reply: &reply)
  }

  /// Gives up on a command that was submitted.
  mutating func abandon(_ submission: Submission) -> StoreFault? {
    switch submission {
    case .pending(let operation): backend.abandon(operation: operation)
    case .done: nil
    }
  }

  /// One whole tick; how many commands it ended.
  mutating func tick() -> Int {
    listen(until: moment.instant + .seconds(1))
    write()
    return read()
  }

  /// The part of a tick that writes.
  mutating func write() { backend.flush(at: moment.instant) }

  /// The part of a tick that reads; how many commands it ended.
  mutating func read() -> Int {
    var count = 0
    while backend.nextCompletion(at: moment, reply: &reply) != nil { count += 1 }
    settle()
    return count
  }

  /// A tick that takes one completion at most, and ends at the latest then.
  private mutating func turn(until limit: Instant) -> Completion? {
    listen(until: limit)
    write()
    let completion = backend.nextCompletion(at: moment, reply: &reply)
    settle()
    return completion
  }

  private mutating func listen(until limit: Instant) {
    let next = backend.isBusy ? moment.instant : min(limit, backend.nextDeadline)
    let count = poller.wait(until: next, now: moment.instant)
    moment = .now()
    for index in 0..<count {
      let event = poller.event(index)
      backend.take(event, on: PollToken.ticket(event.token), at: moment.instant)
    }
  }

  private mutating func settle() {
    backend.advance(&poller, at: moment, readUpTo: .now())
    while backend.nextEvent() != nil {}
  }
}
