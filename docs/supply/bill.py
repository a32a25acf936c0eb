"""The bill of materials: `make sbom` writes what the program runs on as CycloneDX.

The same lock gives the same bytes: no time, no random serial number. Each package has its licence
and what it needs. The checksums of the files stand in the lock; the bill names its checksum.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

import locked
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from miro_sync import __version__

TARGET: Final = locked.ROOT / "dist" / f"miro-sync-{__version__}.cdx.json"


def main() -> int:
    """Write the bill; nothing is written that the standard's own schema refuses."""
    text = bill()
    if (wrong := refused(text)) is not None:
        print(wrong, file=sys.stderr)
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, "utf-8")
    print(Path(TARGET).relative_to(locked.ROOT))
    return 0


def bill() -> str:
    """Return the bill of materials of the lock."""
    needed = locked.run_time()
    small = locked.run_time(locked.SMALL_LOCK)
    components = {name: _component(one, name in small) for name, one in needed.items()}
    itself = Component(
        name="miro-sync",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="miro-sync",
    )
    made = Bom(components=components.values())
    made.metadata.component = itself
    checksum = hashlib.sha256(locked.LOCK.read_bytes()).hexdigest()
    made.metadata.properties.add(Property(name="miro-sync:lock", value=f"sha256:{checksum}"))
    made.register_dependency(
        itself, [components[one.name] for one in needed.values() if one.direct]
    )
    for name, component in components.items():
        needs = [components[one.name] for one in needed.values() if name in one.asked_by]
        made.register_dependency(component, needs)
    # Neither a time nor a random number: a second bill of the same lock is the same bill.
    made.metadata.timestamp = None  # type: ignore[assignment]  # it is left out then
    made.serial_number = None  # type: ignore[assignment]  # as above
    return JsonV1Dot6(made).output_as_string(indent=2) + "\n"


def refused(text: str) -> str | None:
    """Return why the schema of CycloneDX refuses a bill; None where it does not."""
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return None if wrong is None else str(wrong)


def _component(package: locked.Package, always: bool) -> Component:  # noqa: FBT001 - one caller
    where = PackageURL("pypi", None, package.name, package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=where.to_string(),
        purl=where,
        scope=ComponentScope.REQUIRED if always else ComponentScope.OPTIONAL,
        licenses=[LicenseFactory().make_from_string(locked.licence(package.name))],
        properties=[
            *([Property(name="miro-sync:marker", value=package.marker)] if package.marker else []),
            *(
                Property(name="miro-sync:own-bill", value=file)
                for file in locked.own_bills(package.name)
            ),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
