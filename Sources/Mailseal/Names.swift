// What the library says of itself.

import Manifest

/// The name of the bundle format that this library writes and reads.
public let formatName = Format.name
