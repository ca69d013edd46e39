/// The schema of a database as a value: every object with its definition, in one order, and a digest of them all.
///
/// Two databases whose schemas are the same have equal fingerprints, whatever their OIDs, their collation, the settings
/// of the sessions that looked, and the order in which things were made; also after VACUUM, a dump and a load.
///
/// Left out are: objects of extensions, system schemas, temporary objects and rssctl's own schema; what is not kept in
/// the schema (rows, the values of sequences, statistics); and **partitions with everything on them**. Those of the
/// maintenance come and go without being drift, and therefore an index, trigger, constraint or grant that was made
/// by hand on a single partition is not seen either. Also not compared: subscriptions and user mappings (their
/// passwords are hidden from most roles), conversions, transforms, access methods, security labels, the comment on the
/// index of a constraint, and what belongs to the whole cluster or is set with ALTER DATABASE.
package struct SchemaFingerprint: Sendable, Equatable {
    /// Which objects are included, and how they are written; raised when either changes.
    package static let currentFormat = 2

    /// The format that this fingerprint was made in.
    package let format: Int
    /// Major version of the server that wrote the definitions: another one may word them differently.
    package let serverMajor: Int
    /// The objects, sorted.
    package let objects: [SchemaObject]
    /// SHA-256 of the objects, in hexadecimal.
    package let digest: String

    /// Makes a fingerprint of objects in any order.
    package init(_ objects: [SchemaObject], serverMajor: Int, format: Int = SchemaFingerprint.currentFormat) {
        self.format = format
        self.serverMajor = serverMajor
        self.objects = objects.sorted()
        // Catalog texts hold no NUL, so no two lists of objects make the same bytes.
        var bytes: [UInt8] = []
        for object in self.objects {
            for text in [object.kind.rawValue, object.identity, object.definition] {
                bytes += text.utf8
                bytes.append(0)
            }
        }
        digest = Digest.sha256.hex(bytes)
    }

    /// Whether two fingerprints were written by the same rules, so that what differs between them is the schema.
    package func isComparable(to other: SchemaFingerprint) -> Bool {
        format == other.format && serverMajor == other.serverMajor
    }
}

extension SchemaFingerprint: Codable {
    private enum CodingKeys: CodingKey { case format, serverMajor, objects }

    /// Reads what ``encode(to:)`` wrote; the digest is computed again.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode([SchemaObject].self, forKey: .objects),
            serverMajor: try values.decode(Int.self, forKey: .serverMajor),
            format: try values.decode(Int.self, forKey: .format))
    }

    /// Writes `format`, `serverMajor` and `objects`.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(format, forKey: .format)
        try values.encode(serverMajor, forKey: .serverMajor)
        try values.encode(objects, forKey: .objects)
    }
}
