// Everything together: settings in, facts out. This machine is looked at first, then Redis. Nothing
// listens meanwhile and nothing is written, neither here nor in Redis.

import API
import Gateway
public import Primitives
import Reactor
public import Settings

/// The sessions that are expected, for judging memory.
public struct ExpectedSessions: Sendable {
  /// How many live at once.
  public var count: Int
  /// Their mean payload, in bytes.
  public var size: Int

  /// So many sessions of such a size.
  public init(count: Int, size: Int) {
    self.count = count
    self.size = size
  }
}

/// Gathers the facts that an examination is of.
public enum Doctor {
  /// Looks at everything that a gateway with these settings would meet.
  ///
  /// - Parameter patience: after so long no further node is turned to; the one that is being asked
  ///   may take some seconds more.
  public static func look(
    _ settings: Settings, expecting sessions: ExpectedSessions?, patience: TimeSpan
  ) -> Facts {
    var certificates = certificates(of: settings.tls)
    var redis: RedisFacts?
    if let wanted = settings.redis {
      certificates += self.certificates(of: wanted.tls)
      // A certificate that cannot be used has been found already; without it no node can be asked.
      if !certificates.contains(where: \.isBroken) {
        redis = look(at: wanted, wishes(settings, wanted, sessions), until: .now() + patience)
      }
    }
    var facts = Facts(
      now: .now(),
      descriptors: (
        Plan(settings, nodes: max(1, redis?.nodes.count ?? 1)).descriptors,
        Descriptors.raiseLimit()
      ))
    facts.certificates = certificates
    facts.tokens = settings.tokensFile.map(tokens)
    facts.redis = redis
    if settings.redis == nil { facts.embedded = (settings.memoryLimit, Memory.available) }
    return facts
  }

  private static func look(
    at redis: RedisSettings, _ wishes: RedisWishes, until deadline: Instant
  ) -> RedisFacts {
    let context = redis.tls.flatMap { try? TLSContext.client(TLSClientSettings($0)) }
    var probe = RedisProbe(redis, context: context, until: deadline)
    return probe.run(wishes)
  }

  private static func wishes(
    _ settings: Settings, _ redis: RedisSettings, _ sessions: ExpectedSessions?
  ) -> RedisWishes {
    var wishes = RedisWishes()
    wishes.demandsCluster = redis.topology == .cluster
    wishes.isEncrypted = redis.tls != nil
    wishes.hasPassword = redis.password != nil
    wishes.user = redis.user ?? "default"
    wishes.isLocal = redis.seeds.allSatisfy(\.isLoopback)
    wishes.deadline = settings.deadline
    wishes.expectedBytes = sessions.map { sessions in
      RedisSizing(
        sessions: sessions.count, size: sessions.size, rate: 0,
        idleTimeout: settings.defaultPolicy.idleTimeout, servers: 1
      ).primaryBytes
    }
    return wishes
  }

  // MARK: Files

  /// The certificate that callers are shown.
  private static func certificates(of tls: ServerTLSSettings?) -> [CertificateFacts] {
    guard let tls else { return [] }
    do throws(TLSSettingsFault) {
      _ = try TLSContext.server(TLSServerSettings(tls))
    } catch {
      return [CertificateFacts(setting: "--tls-cert", content: .failure(error))]
    }
    var found = [certificate("--tls-cert", tls.certificate)]
    if let authority = tls.clientCA { found.append(certificate("--tls-client-ca", authority)) }
    return found
  }

  /// What nodes are trusted by, and what they are shown.
  private static func certificates(of tls: RedisTLSSettings?) -> [CertificateFacts] {
    guard let tls else { return [] }
    do throws(TLSSettingsFault) {
      _ = try TLSContext.client(TLSClientSettings(tls))
    } catch {
      return [CertificateFacts(setting: "--redis-tls", content: .failure(error))]
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
    return .read(tokens: entries.count, namespaces: Set(entries.map(\.namespace)).count)
  }
}

extension CertificateFacts {
  fileprivate var isBroken: Bool {
    if case .failure = content { setting.hasPrefix("--redis") } else { false }
  }
}
