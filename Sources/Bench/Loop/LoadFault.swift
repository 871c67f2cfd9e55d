// Why a run did not take place, or ended early: one sentence for the user.

public import Primitives
public import Reactor
import Settings

/// What kept a load from running, or ended it early.
public enum LoadFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The host has no known address.
  case unknownHost(String)
  case tls(TLSSettingsFault)
  /// The process may not open this many connections.
  case tooManyConnections(Int)
  case system(SystemFault)
  /// The server cannot be reached.
  case unreachable(TransportFault)
  /// A session could not be written before the load; with the response's status.
  case notFilled(Int)
  /// The server closed a connection before the load.
  case lost(isEncrypted: Bool)
  /// The server sent something other than a response before the load.
  case notHTTP(isEncrypted: Bool)
  /// The server sent no response for this long.
  case silent(TimeSpan)
  /// The run was stopped before anything was measured.
  case stopped
  /// All requests, this many, were used up before anything was measured.
  case usedUp(Int)

  /// One sentence.
  public var description: String {
    switch self {
    case .unknownHost(let host): "no address is known for the host \(host)"
    case .tls(let fault): fault.description
    case .tooManyConnections(let count):
      "this process may not have \(count) connections; raise the limit (ulimit -n)"
    case .system(let fault): fault.description
    case .unreachable(let fault): "the server cannot be reached: \(fault.description)"
    case .notFilled(401), .notFilled(403):
      "the server demands a token that may write; name its file with --token-file"
    case .notFilled(413): "the server takes no payload of that size; see its --max-body"
    case .notFilled(let status):
      "the server answered \(status) when the sessions were written before the load"
    case .lost(let isEncrypted):
      "the server closed a connection before the load began" + Self.advice(isEncrypted)
    case .notHTTP(let isEncrypted):
      "the server's response is not HTTP/1.1 with a Content-Length" + Self.advice(isEncrypted)
    case .silent(let time): "the server has sent no response for \(Int(time.seconds)) s"
    case .stopped: "ended before anything was measured"
    case .usedUp(let count):
      "the warm-up used up all \(count) requests; raise --requests or shorten --warm-up"
    }
  }

  /// How a TLS port treats a plain request: it closes the connection, or answers in TLS.
  private static func advice(_ isEncrypted: Bool) -> String {
    isEncrypted ? "" : "; if it speaks TLS, add --tls"
  }
}

extension LoadLoop {
  /// The address to connect to. Looking up a name blocks this thread.
  static func address(of plan: LoadPlan) throws(LoadFault) -> Address {
    guard case .addresses(let found) = Resolver.lookUp(plan.host, port: plan.port) else {
      throw .unknownHost(plan.host)
    }
    // Most servers that listen on one family only listen on IPv4.
    return found.first { !$0.isV6 } ?? found[0]
  }

  static func context(_ settings: TLSClientSettings?) throws(LoadFault) -> TLSContext? {
    guard let settings else { return nil }
    do throws(TLSSettingsFault) {
      return try TLSContext.client(settings)
    } catch {
      throw .tls(error)
    }
  }

  static func system<Value: ~Copyable>(
    _ make: () throws(SystemFault) -> Value
  ) throws(LoadFault) -> Value {
    do throws(SystemFault) {
      return try make()
    } catch {
      throw .system(error)
    }
  }
}
