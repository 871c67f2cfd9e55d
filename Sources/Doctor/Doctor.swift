// Gathers everything that `check` examines. In: settings. Out: facts, first about this machine,
// then about Redis. Nothing listens in the meantime, and nothing is written, here or in Redis.

import API
import Gateway
public import Primitives
import Reactor
public import Settings

/// The sessions to expect, for judging memory.
public struct ExpectedSessions: Sendable {
  /// How many are alive at once.
  public var count: Int
  /// Their mean payload, in bytes.
  public var size: Int

  /// `count` sessions with a mean payload of `size` bytes.
  public init(count: Int, size: Int) {
    self.count = count
    self.size = size
  }
}

/// Gathers the facts for an examination.
public enum Doctor {
  /// Looks at everything that a gateway with these settings would depend on.
  ///
  /// - Parameter patience: no node is started on after this time; the one in progress may take a
  ///   few seconds more.
  public static func look(
    _ settings: Settings, expecting sessions: ExpectedSessions?, patience: TimeSpan
  ) -> Facts {
    let tokens = settings.tokensFile.map(tokens)
    var certificates = certificates(of: settings.tls)
    var redis: RedisFacts?
    if let wanted = settings.redis {
      certificates += self.certificates(of: wanted.tls)
      // An unusable certificate has been recorded already; without it no node can be asked.
      if !certificates.contains(where: \.isBroken) {
        redis = look(
          at: wanted, expected(settings, wanted, sessions),
          namespaces: tokens?.namespaces ?? ["default"], until: .now() + patience)
      }
    }
    var facts = Facts(
      now: .now(),
      descriptors: (
        Plan(settings, nodes: max(1, redis?.nodes.count ?? 1)).descriptors,
        Descriptors.raiseLimit()
      ))
    facts.certificates = certificates
    facts.tokens = tokens
    facts.strayPolicies = settings.policies.map(\.name).filter { name in
      name != "default" && !(tokens?.namespaces ?? []).contains(name)
    }
    facts.redis = redis
    if settings.redis == nil { facts.memory = (settings.memoryLimit, Memory.available) }
    return facts
  }

  private static func look(
    at redis: RedisSettings, _ expected: RedisExpectations, namespaces: [String],
    until deadline: Instant
  ) -> RedisFacts {
    let context = redis.tls.flatMap { try? TLSContext.client(TLSClientSettings($0)) }
    var probe = RedisProbe(redis, context: context, namespaces: namespaces, until: deadline)
    return probe.run(expected)
  }

  private static func expected(
    _ settings: Settings, _ redis: RedisSettings, _ sessions: ExpectedSessions?
  ) -> RedisExpectations {
    var expected = RedisExpectations()
    expected.demandsCluster = redis.topology == .cluster
    expected.isEncrypted = redis.tls != nil
    expected.hasPassword = redis.password != nil
    expected.user = redis.user ?? "default"
    expected.isLocal = redis.seeds.allSatisfy(\.isLoopback)
    expected.deadline = settings.deadline
    expected.sessionBytes = sessions.map { sessions in
      RedisSizing(
        sessions: sessions.count, size: sessions.size, rate: 0,
        idleTimeout: settings.defaultPolicy.idleTimeout, servers: 1
      ).primaryBytes
    }
    return expected
  }

  // MARK: Files

  /// The certificate presented to callers, and the authority that must have signed theirs.
  private static func certificates(of tls: ServerTLSSettings?) -> [CertificateFacts] {
    guard let tls else { return [] }
    do throws(TLSSettingsFault) {
      _ = try TLSContext.server(TLSServerSettings(tls))
    } catch {
      let settings = "--tls-cert, --tls-key or --tls-client-ca"
      return [CertificateFacts(setting: settings, content: .failure(error))]
    }
    var found = [certificate("--tls-cert", tls.certificate)]
    if let authority = tls.clientCA { found.append(certificate("--tls-client-ca", authority)) }
    return found
  }

  /// The authority that nodes are verified against, and the certificate presented to them.
  private static func certificates(of tls: RedisTLSSettings?) -> [CertificateFacts] {
    guard let tls else { return [] }
    do throws(TLSSettingsFault) {
      _ = try TLSContext.client(TLSClientSettings(tls))
    } catch {
      let settings = "--redis-ca, --redis-cert or --redis-key"
      return [CertificateFacts(setting: settings, content: .failure(error))]
    }
    var found: [CertificateFacts] = []
    if let authority = tls.ca { found.append(certificate("--redis-ca", authority)) }
    if let own = tls.client { found.append(certificate("--redis-cert", own.certificate)) }
    return found
  }

  private static func certificate(_ setting: String, _ file: ReadableFile) -> CertificateFacts {
    do throws(TLSSettingsFault) {
      return CertificateFacts(setting: setting, content: .success(try .read(file.path)))
    } catch {
      return CertificateFacts(setting: setting, content: .failure(error))
    }
  }

  private static func tokens(_ file: ReadableFile) -> TokensFacts {
    guard let content = try? file.content() else {
      return .mistaken("\(file.path) cannot be read", count: 1)
    }
    let (entries, mistakes) = TokensFile.read(content)
    if let first = mistakes.first {
      return .mistaken("\(file.path), \(first.description)", count: mistakes.count)
    }
    return .read(tokens: entries.count, namespaces: Set(entries.map(\.namespace)).sorted())
  }
}

extension CertificateFacts {
  fileprivate var isBroken: Bool {
    if case .failure = content { setting.hasPrefix("--redis") } else { false }
  }
}
