// `/metrics`: the boards of all workers, added up, in Prometheus's format. Base units; the values
// of every label are bounded, and none comes from a request.

import API
import ClusterStore
import HTTP
import Primitives
import Sessions

/// Makes the metrics page.
struct MetricsPage: ~Copyable {
  var text = MetricsText()

  /// The counts of all workers.
  ///
  /// - Parameter waiters: the number of clients that wait for a lock.
  static func page(_ state: GatewayState, _ health: BackendHealth, waiters: Int) -> Page {
    var page = MetricsPage()
    page.addRequests(state.boards)
    page.addLatencies(state.boards)
    page.addProblems(state.boards)
    page.addClients(state)
    page.addLocks(state, waiters)
    if health.memory == nil { page.addRedis(state, health) }
    page.addMemoryStore(health)
    page.addProcess(state)
    return Page(type: "text/plain; version=0.0.4; charset=utf-8", content: page.finish())
  }

  private consuming func finish() -> ByteBuffer { text.finish() }

  private mutating func addRequests(_ boards: [WorkerBoard]) {
    text.family("requests_total", .counter, "Responses, by route, method and status.")
    for route in Route.allCases {
      for method in 0..<WorkerBoard.methods {
        for place in 0..<WorkerBoard.statuses.count {
          let count = boards.reduce(0) {
            $0 + $1.requests(route: Int(route.rawValue), method: method, status: place)
          }
          guard count > 0 else { continue }
          text.label("route", route.template)
          text.label("method", (Method(rawValue: UInt8(method)) ?? .other).name)
          let status = WorkerBoard.statuses[place]
          if status == 0 {
            text.label("status", "other")
          } else {
            text.label("status", decimal: status)
          }
          text.sample(count)
        }
      }
    }
  }

  private mutating func addLatencies(_ boards: [WorkerBoard]) {
    text.family(
      "request_duration_seconds", .histogram,
      "From the arrival of a request's head to its response, by route.")
    for route in Route.allCases {
      text.label("route", route.template)
      text.histogram(boards.sum { $0.latencies(route: Int(route.rawValue)) })
    }
  }

  private mutating func addProblems(_ boards: [WorkerBoard]) {
    text.family("problems_total", .counter, "Responses that report a problem, by code.")
    for kind in ProblemKind.allCases {
      text.label("code", kind.code)
      text.sample(boards.reduce(0) { $0 + $1.value(kind) })
    }
  }
}

extension [WorkerBoard] {
  /// The sum over all workers.
  func sum(_ durations: (WorkerBoard) -> DurationCounts) -> DurationCounts {
    reduce(into: DurationCounts()) { $0.add(durations($1)) }
  }
}
