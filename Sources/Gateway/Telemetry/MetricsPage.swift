// `/metrics`: the boards of all workers, added up, in Prometheus's text format 0.0.4. Base units;
// every label's values are bounded, and none comes from a request.

import API
import ClusterStore
import HTTP
import Primitives
import Sessions

/// Makes the metrics page.
struct MetricsPage {
  private var text = ""

  /// What every worker has counted.
  ///
  /// - Parameter waiters: how many clients stand in a lock's line.
  static func page(_ state: GatewayState, _ health: BackendHealth, waiters: Int) -> Page {
    var page = MetricsPage()
    page.addRequests(state.boards)
    page.addLatencies(state.boards)
    page.addClients(state)
    page.addLocks(state, waiters)
    if health.memory == nil { page.addRedis(state, health) }
    page.addMemoryStore(health)
    page.addProcess(state)
    return Page(type: "text/plain; version=0.0.4; charset=utf-8", content: page.text)
  }

  private mutating func addRequests(_ boards: [WorkerBoard]) {
    let name = "session_gateway_requests_total"
    family(name, "counter", "Answers, by route, method and status.")
    for route in Route.allCases {
      for method in 0..<WorkerBoard.methods {
        for place in 0..<28 {
          let count = boards.reduce(0) {
            $0 + $1.requests(route: Int(route.rawValue), method: method, status: place)
          }
          guard count > 0 else { continue }
          let status = WorkerBoard.statuses[place]
          let verb = Self.name(Method(rawValue: UInt8(method)) ?? .other)
          sample(
            name,
            "route=\"\(route.template)\",method=\"\(verb)\","
              + "status=\"\(status == 0 ? "other" : String(status))\"", "\(count)")
        }
      }
    }
  }

  private mutating func addLatencies(_ boards: [WorkerBoard]) {
    let name = "session_gateway_request_duration_seconds"
    family(name, "histogram", "From the arrival of a request's head to its answer, by route.")
    for route in Route.allCases {
      let place = Int(route.rawValue)
      histogram(name, "route=\"\(route.template)\"") { range in
        boards.reduce(0) { $0 + $1.latency(route: place, range) }
      }
    }
  }

  // MARK: The format

  mutating func counter(_ name: String, _ help: String, _ value: Int) {
    family("session_gateway_\(name)", "counter", help)
    text += "session_gateway_\(name) \(value)\n"
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    family("session_gateway_\(name)", "gauge", help)
    text += "session_gateway_\(name) \(value)\n"
  }

  /// A number of the process, by the name that Prometheus's own libraries give it.
  mutating func process(_ name: String, _ type: String, _ help: String, _ value: String) {
    family("process_\(name)", type, help)
    text += "process_\(name) \(value)\n"
  }

  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func sample(_ name: String, _ labels: String, _ value: String) {
    text += "\(name){\(labels)} \(value)\n"
  }

  /// The samples of one histogram of durations, unless nothing was counted in it.
  ///
  /// - Parameter place: the count of each of the 17 ranges of `DurationCounts`, and behind them the
  ///   sum in microseconds.
  mutating func histogram(_ name: String, _ labels: String, _ place: (Int) -> Int) {
    let counts = (0...16).map(place)
    guard counts.contains(where: { $0 > 0 }) else { return }
    let lead = labels.isEmpty ? "" : labels + ","
    var total = 0
    for range in 0...16 {
      total += counts[range]
      let bound = range == 16 ? "+Inf" : "\(Double(DurationCounts.bounds[range]) / 1e6)"
      sample("\(name)_bucket", "\(lead)le=\"\(bound)\"", "\(total)")
    }
    let set = labels.isEmpty ? "" : "{\(labels)}"
    plain("\(name)_sum\(set)", "\(Double(place(17)) / 1e6)")
    plain("\(name)_count\(set)", "\(total)")
  }

  mutating func plain(_ series: String, _ value: String) { text += "\(series) \(value)\n" }

  /// A method as labels and log lines name it.
  static func name(_ method: Method) -> String {
    method == .other ? "other" : "\(method)".uppercased()
  }
}
