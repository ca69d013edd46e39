import Foundation
import PostgresClient
import RedisClient

extension SettingKey {
    /// The value in its normal form.
    ///
    /// - Throws: ``SettingsError/badValue(key:value:expected:origin:)``,
    ///   ``SettingsError/malformedAddress(key:origin:reason:)``. Neither holds what may be a secret.
    package func checked(_ text: String, origin: String) throws -> String {
        func bad(_ expected: String) -> SettingsError {
            .badValue(key: rawValue, value: isShown(text) ? text : nil, expected: expected, origin: origin)
        }
        guard !text.utf8.contains(0) else { throw bad("text without a NUL character") }
        switch definition.kind {
        case .text: return text
        case .path:
            guard !text.isEmpty else { throw bad("a path") }
            return Self.expanded(text)
        case .paths:
            let paths = Self.list(text).map { $0.trimmingCharacters(in: .whitespaces) }
            guard paths.allSatisfy({ !$0.isEmpty }) else { throw bad("paths with commas between them") }
            return paths.map(Self.expanded).joined(separator: ",")
        case .integer(let range):
            guard let value = Int(text), range.contains(value) else {
                throw bad("a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return "\(value)"
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "on", "1": return "true"
            case "false", "no", "off", "0": return "false"
            default: throw bad("true or false")
            }
        case .duration:
            guard let duration = DurationText.parse(text), duration >= .milliseconds(1) else {
                throw bad("a duration such as 200ms, 30s, 5min, 2h")
            }
            return text
        case .boundedDuration(let range):
            guard let duration = DurationText.parse(text), duration >= .milliseconds(range.lowerBound),
                duration <= .milliseconds(range.upperBound)
            else { throw bad("a duration from \(range.lowerBound)ms to \(range.upperBound)ms") }
            return text
        case .databaseAddress:
            do throws(AddressError) {
                _ = try ConnectionOptions.keywords(parsing: text)
            } catch {
                throw SettingsError.malformedAddress(key: rawValue, origin: origin, reason: error.reason)
            }
            return text
        case .redisAddress:
            do throws(RedisError) {
                let address = try RedisAddress(text)
                let hosts = [address.host].compactMap { $0 } + (address.sentinels + address.nodes).map(\.host)
                guard hosts.allSatisfy(HostAddress.isWellFormed) else {
                    throw RedisError.invalidConfiguration("the host is not a host name")
                }
            } catch {
                throw SettingsError.malformedAddress(key: rawValue, origin: origin, reason: Self.reason(error))
            }
            return text
        case .host:
            guard !text.isEmpty, Self.list(text).allSatisfy({ $0.isEmpty || HostAddress.isWellFormed($0) }) else {
                throw bad("a host name, an IP address or the folder of a socket")
            }
            return text
        case .hostAddress:
            guard Self.list(text).allSatisfy(HostAddress.isNumeric) else { throw bad("an IP address") }
            return text
        case .name:
            guard !text.isEmpty, ConnectionOptions.isPlainName(text) else { throw bad("a name, and no address") }
            return text
        case .timeZone:
            guard Self.isTimeZone(text) else { throw bad("a time zone such as Europe/Berlin or UTC") }
            return text
        case .shapes:
            do throws(FilterShapeError) {
                return try FilterShape.list(parsing: text).map(\.description).joined(separator: ";")
            } catch {
                throw bad("filters such as \(FilterShape.backend): \(error.reason)")
            }
        case .keyTemplate:
            guard text.ranges(of: "{id}").count == 1 else { throw bad("a key with {id} in it") }
            return text
        case .choice(let words):
            guard words.contains(text) else { throw bad("one of \(words.joined(separator: ", "))") }
            return text
        }
    }

    /// Whether a text can be a time zone: one that this machine knows, whatever its case, or one as POSIX writes it, `EST5EDT`.
    private static func isTimeZone(_ text: String) -> Bool {
        TimeZone(identifier: text) != nil
            || TimeZone.knownTimeZoneIdentifiers.contains { $0.lowercased() == text.lowercased() }
            || text.wholeMatch(
                of: /(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,2}(?::\d\d){0,2}(?:[A-Za-z]{3,}.*|<.*)?/) != nil
    }

    private static func reason(_ error: RedisError) -> String {
        if case .invalidConfiguration(let reason) = error { reason } else { "\(error)" }
    }

    /// A path with the home folder in place of `~/`.
    private static func expanded(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = ProcessInfo.processInfo.environment["HOME"] else { return path }
        return home + path.dropFirst(1)
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether a wrong value may be repeated: only a short word, because an address or a password may have been put in the
    /// wrong place.
    private func isShown(_ text: String) -> Bool {
        !definition.isSecret && text.wholeMatch(of: /[A-Za-z0-9_.%+-]{1,20}/) != nil
    }
}
