"""The layers under the transforms of PyTorch: `torch.func`, `torch.export`, `vmap`."""

import keras
import numpy as np
import pytest
from helpers import compiled
from test_transforms import BAD, IDS, POLICIES, TABLE, embedding, expected

import hotrow

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="about torch"
)


def test_torch_func():
    import torch

    ids = torch.tensor(IDS)
    counts = np.zeros_like(TABLE)
    np.add.at(counts, IDS, 1)
    for policy in POLICIES:
        layer = embedding(policy)

        def total(table, ids=ids, layer=layer):
            with keras.StatelessScope([(layer.embeddings, table)]):
                return layer(ids).sum()

        table = torch.tensor(TABLE)
        np.testing.assert_array_equal(torch.func.grad(total)(table), counts)
        each = torch.vmap(torch.func.grad(total), in_dims=(None, 0))(table, ids)
        np.testing.assert_array_equal(each.sum(0), counts)
        np.testing.assert_array_equal(torch.func.jacrev(total)(table), counts)
        rows = torch.func.functional_call(layer, dict(layer.named_parameters()), ids)
        np.testing.assert_array_equal(rows.detach(), TABLE[IDS])
        if policy == "error":
            with pytest.raises(ValueError, match="out of range: 77"):
                torch.func.grad(total)(table, torch.tensor(BAD))


def test_torch_export():
    import torch

    ids, bad = torch.tensor(IDS), torch.tensor(BAD)
    for policy in POLICIES:
        program = torch.export.export(embedding(policy), (ids,)).module()
        np.testing.assert_array_equal(program(ids).detach(), TABLE[IDS])
        # An exported program runs without Hotrow, and has nobody to raise.
        want = expected(TABLE, BAD, "zero" if policy == "error" else policy)
        np.testing.assert_array_equal(program(bad).detach(), want)


def test_torch_vmap_over_tables_is_refused_under_row_sparse():
    import torch

    layer = embedding()
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layer])
    compiled(model, optimizer=hotrow.RowSparse(keras.optimizers.SGD(0.1)))
    model.fit(IDS, np.zeros((2, 3, 4)), verbose=0)

    def look_up(table, ids):
        with keras.StatelessScope([(layer.embeddings, table)]):
            return layer(ids)

    tables = torch.stack([torch.tensor(TABLE)] * 2)
    with pytest.raises(ValueError, match="RowSparse trains one table"):
        torch.vmap(look_up)(tables, torch.tensor(IDS))
