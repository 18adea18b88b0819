"""The demo: a month of real billing, told through the API alone, as any client would."""
