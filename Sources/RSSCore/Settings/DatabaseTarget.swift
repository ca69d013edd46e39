import Foundation
import Glibc
import PostgresClient

/// The database that the settings name.
struct DatabaseTarget: Sendable {
    /// libpq's keywords, each with the setting that it comes from.
    private(set) var parts: TargetParts

    private static let certificates: [(key: SettingKey, keyword: String)] = [
        (.databaseSSLRootCert, "sslrootcert"), (.databaseSSLCert, "sslcert"), (.databaseSSLKey, "sslkey"),
    ]

    /// Whether any setting says which database.
    static func isNamed(by settings: Settings) -> Bool {
        [
            .databaseURL, .databaseDirectURL, .databaseService, .databaseHost, .databaseHostAddress, .databasePort,
            .databaseName,
        ].contains { settings.isSet($0) }
    }

    /// Lays the settings over each other.
    ///
    /// - Parameter direct: whether to bypass a pooler where the settings name an address for it.
    /// - Throws: ``SettingsError/contradiction(_:_:)``, ``SettingsError/malformedAddress(key:origin:reason:)``.
    init(_ settings: Settings, direct: Bool) throws {
        let resolver = Self.resolver(settings, direct: direct)
        parts = try resolver.resolve()
        try resolver.choose(
            "password", of: [.databasePassword, .databasePasswordFile], binding: ["user"], in: &parts)
        // How safely is a matter of the place: what was allowed for one server is not for another.
        try resolver.choose("sslmode", of: [.databaseSSLMode], binding: [], in: &parts)
        for (key, keyword) in Self.certificates { try resolver.choose(keyword, of: [key], binding: nil, in: &parts) }
        addAttributes(settings)
    }

    private static func resolver(_ settings: Settings, direct: Bool) -> TargetResolver {
        // Checked when the settings were read.
        let bypass = TargetResolver.AddressKey(key: .databaseDirectURL) { try ConnectionOptions.keywords(parsing: $0) }
        return TargetResolver(
            settings: settings,
            addresses: [
                .init(key: .databaseURL) { try ConnectionOptions.keywords(parsing: $0) },
                .init(key: .databaseService, isOpaque: true) { ["service": $0] },
            ], lastResort: bypass, bypass: direct ? bypass : nil,
            places: [(.databaseHost, "host"), (.databaseHostAddress, "hostaddr")], hasOnePlace: false,
            others: [(.databasePort, "port"), (.databaseName, "dbname"), (.databaseUser, "user")],
            furtherPlaceNames: ["service"])
    }

    /// libpq's variable for choosing among several hosts goes with libpq's variable for the hosts, and with no other.
    private mutating func addAttributes(_ settings: Settings) {
        guard let host = parts.parts["host"], host.key == .databaseHost, host.level == .sharedVariable,
            let attributes = settings.environment["PGTARGETSESSIONATTRS"],
            ConnectionOptions.choices["target_session_attrs"]?.contains(attributes) == true
        else { return }
        parts.parts["target_session_attrs"] = host.part(attributes)
    }

    /// The keywords for libpq, with the password out of its file.
    ///
    /// - Parameter pemFile: gives the file of a certificate or key, which may be given as text.
    /// - Throws: ``SettingsError/unusableFile(key:origin:path:reason:)``, and what `pemFile` throws.
    func keywords(pemFile: (String) throws -> String) throws -> [String: String] {
        var keywords = parts.parts.mapValues(\.value)
        if let part = parts.parts["password"], part.key == .databasePasswordFile {
            keywords["password"] = try SecretFile.read(part)
        }
        for (key, keyword) in Self.certificates {
            guard let part = parts.parts[keyword], part.key == key else { continue }
            // libpq 16 takes `system` for the system's authorities.
            if !part.value.contains("-----BEGIN"), part.value != "system" { try SecretFile.check(part) }
            keywords[keyword] = try pemFile(part.value)
        }
        return keywords
    }

    /// `host:port/database as role`, without secrets; what is left out is libpq's own choice.
    static func name(_ keywords: [String: String]) -> String {
        let role = keywords["user"]
        if let service = keywords["service"] {
            return "service \(service)" + (keywords["dbname"].map { "/\($0)" } ?? "") + (role.map { " as \($0)" } ?? "")
        }
        let host = [keywords["host"], keywords["hostaddr"]].compactMap { $0 }.filter { !$0.isEmpty }
        let place = host.isEmpty ? "local socket" : host.map(bracketed).joined(separator: " at ")
        let user = role ?? NSUserName()
        return "\(place):\(keywords["port"] ?? "5432")/\(keywords["dbname"] ?? user) as \(user)"
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.contains(",") && !HostAddress.isSocket(host) ? "[\(host)]" : host
    }
}
