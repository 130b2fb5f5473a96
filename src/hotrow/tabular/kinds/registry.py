"""The kinds of columns, in the order in which `find_kind` asks them."""

from hotrow.tabular.kinds.categorical import Categorical
from hotrow.tabular.kinds.code import Code
from hotrow.tabular.kinds.constant import Constant
from hotrow.tabular.kinds.date import Date
from hotrow.tabular.kinds.empty import Empty
from hotrow.tabular.kinds.identifier import Identifier
from hotrow.tabular.kinds.kind import Kind, UsedKind
from hotrow.tabular.kinds.multi import Multi
from hotrow.tabular.kinds.nested import Nested
from hotrow.tabular.kinds.numeric import Numeric
from hotrow.tabular.kinds.text import Text

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Nested(),
        Empty(),
        Multi(),
        Constant(),
        Date(),
        Text(),
        Identifier(),
        Code(),
        Numeric(),
        Categorical(),
    )
}
USED_KINDS: dict[str, UsedKind] = {
    name: kind for name, kind in KINDS.items() if isinstance(kind, UsedKind)
}
