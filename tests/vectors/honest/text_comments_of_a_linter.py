# expect: none
--- README.rst
# x

.. note to editors: keep this list sorted, always

.. _label:

.. code-block:: python

   x = 1

