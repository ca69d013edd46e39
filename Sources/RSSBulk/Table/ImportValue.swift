import Foundation
import PostgresClient

/// A value that passed validation.
package enum ImportValue: Sendable, Equatable {
    case null
    case text(String)
    case smallint(Int16)
    case integer(Int32)
    /// A number times ten to the power of the scale.
    case numeric(unscaled: Int64, scale: Int)
    case inet(InetAddress)
    case macaddr(MACAddress)
    case date(CalendarDate)
    /// A date before or after all others.
    case infiniteDate(isPast: Bool)
    case json(String)
    case id(UUID)
    /// A number or id that the database has yet to be asked for.
    case unresolved(String)

    /// The bytes of a field of a row, with their length in front. An unresolved one has sixteen to be filled in.
    var encoded: [UInt8] {
        var encoder = BinaryCopyEncoder(fieldsPerRow: 0)
        _ = encoder.drain()
        switch self {
        case .null: encoder.null()
        case .text(let text): encoder.text(text)
        case .smallint(let number): encoder.int2(number)
        case .integer(let number): encoder.int4(number)
        case .numeric(let unscaled, let scale): encoder.numeric(unscaled: unscaled, scale: scale)
        case .inet(let address): encoder.inet(address)
        case .macaddr(let address): encoder.macaddr(address)
        case .date(let day): encoder.date(day)
        // PostgreSQL, DATEVAL_NOBEGIN and DATEVAL_NOEND.
        case .infiniteDate(let isPast): encoder.int4(isPast ? .min : .max)
        case .json(let text): encoder.jsonb(text)
        case .id(let id): encoder.uuid(id)
        case .unresolved: encoder.uuid(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
        }
        return encoder.drain()
    }
}
